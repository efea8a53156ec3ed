using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Kubelet.Volumes;

/// <summary>The ConfigMaps and Secrets that the node's pods use.</summary>
internal sealed class NodeObjects(IClient client, TimeProvider time, ILoggerFactory logs) : IAsyncDisposable
{
    public WatchedObjects<ConfigMap> ConfigMaps { get; } = new(client, time, logs.CreateLogger<WatchedObjects<ConfigMap>>());

    public WatchedObjects<Secret> Secrets { get; } = new(client, time, logs.CreateLogger<WatchedObjects<Secret>>());

    public async ValueTask DisposeAsync()
    {
        await ConfigMaps.DisposeAsync();
        await Secrets.DisposeAsync();
    }

    /// <summary>Names of the ConfigMaps and Secrets that a pod refers to, in volumes and in environments.</summary>
    public static (HashSet<string> ConfigMaps, HashSet<string> Secrets) ReferencesOf(PodSpec spec)
    {
        var (maps, secrets) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var container in spec.InitContainers.Concat(spec.Containers))
        {
            foreach (var source in container.EnvFrom)
            {
                Add(maps, source.ConfigMapRef?.Name);
                Add(secrets, source.SecretRef?.Name);
            }
            foreach (var source in container.Env.Select(variable => variable.ValueFrom))
            {
                Add(maps, source?.ConfigMapKeyRef?.Name);
                Add(secrets, source?.SecretKeyRef?.Name);
            }
        }
        foreach (var volume in spec.Volumes)
        {
            Add(maps, volume.ConfigMap?.Name);
            Add(secrets, volume.Secret?.SecretName);
            foreach (var source in volume.Projected?.Sources ?? [])
            {
                Add(maps, source.ConfigMap?.Name);
                Add(secrets, source.Secret?.Name);
            }
        }
        return (maps, secrets);

        static void Add(HashSet<string> names, string? name)
        {
            if (!string.IsNullOrEmpty(name))
            {
                names.Add(name);
            }
        }
    }
}
