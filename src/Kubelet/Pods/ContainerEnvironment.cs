using System.Text;
using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>The environment of a container, from its definition and the objects it refers to. Pure.</summary>
/// <param name="configMaps">By name; null for one that does not exist.</param>
/// <param name="secrets">By name; null for one that does not exist.</param>
internal sealed class ContainerEnvironment(
    Pod pod,
    PodFields fields,
    IReadOnlyDictionary<string, string> services,
    IReadOnlyDictionary<string, ConfigMap?> configMaps,
    IReadOnlyDictionary<string, Secret?> secrets)
{
    /// <exception cref="ConfigurationException">Something it refers to is missing, and not optional, or it is more than a program can be given.</exception>
    public Dictionary<string, string> Of(Container container)
    {
        // A Dictionary that nothing is removed from keeps its order, which is the order the program sees.
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var all = new ProgramText();
        foreach (var source in container.EnvFrom)
        {
            foreach (var (key, value) in AllOf(source))
            {
                if (IsVariable(source.Prefix + key))
                {
                    variables[source.Prefix + key] = all.Add(value);
                }
            }
        }
        foreach (var variable in container.Env)
        {
            var value = variable.ValueFrom is { } from
                ? ValueOf(container, from)
                : VariableExpansion.Expand(variable.Value, name => variables.GetValueOrDefault(name) ?? services.GetValueOrDefault(name));
            if (value is not null)
            {
                variables[variable.Name] = all.Add(value);
            }
        }
        foreach (var (name, value) in services)
        {
            variables.TryAdd(name, value);
        }
        return variables;
    }

    private IEnumerable<(string Key, string Value)> AllOf(EnvFromSource source)
    {
        if (source.ConfigMapRef is { } mapRef)
        {
            var map = Find(configMaps, "configmap", mapRef.Name, mapRef.Optional);
            return map?.Data.Select(entry => (entry.Key, entry.Value)) ?? [];
        }
        if (source.SecretRef is { } secretRef)
        {
            var secret = Find(secrets, "secret", secretRef.Name, secretRef.Optional);
            return secret?.Data.Select(entry => (entry.Key, Encoding.UTF8.GetString(entry.Value.Span))) ?? [];
        }
        return [];
    }

    /// <summary>Null when an optional source does not exist: the variable is then not set at all.</summary>
    private string? ValueOf(Container container, EnvVarSource source)
    {
        switch (source)
        {
            case { FieldRef: { } field }:
                return Try(() => fields.Field(field.FieldPath));
            case { ResourceFieldRef: { } resource }:
                return Try(() => fields.Resource(resource, container));
            case { ConfigMapKeyRef: { } key }:
                var map = Find(configMaps, "configmap", key.Name, key.Optional);
                return map is null ? null
                    : map.Data.TryGetValue(key.Key, out var text) ? text
                    : Missing(key.Optional, $"couldn't find key {key.Key} in ConfigMap {pod.Metadata.Namespace}/{key.Name}");
            case { SecretKeyRef: { } key }:
                var secret = Find(secrets, "secret", key.Name, key.Optional);
                return secret is null ? null
                    : secret.Data.TryGetValue(key.Key, out var bytes) ? Encoding.UTF8.GetString(bytes.Span)
                    : Missing(key.Optional, $"couldn't find key {key.Key} in Secret {pod.Metadata.Namespace}/{key.Name}");
            default:
                throw new ConfigurationException("this source of an environment variable is not supported by this kubelet");
        }
    }

    private static T? Find<T>(IReadOnlyDictionary<string, T?> all, string kind, string name, bool? optional) where T : class =>
        all.GetValueOrDefault(name) is { } found ? found
        : optional == true ? null
        : throw new ConfigurationException($"{kind} \"{name}\" not found");

    private static string? Missing(bool? optional, string message) => optional == true ? null : throw new ConfigurationException(message);

    private static string Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException(e.Message);
        }
    }

    // Anything but an equals sign and control characters may be a name since 1.30; a program decides what it can use.
    private static bool IsVariable(string name) => name.Length > 0 && name.All(c => c is > ' ' and < (char)127 and not '=');
}
