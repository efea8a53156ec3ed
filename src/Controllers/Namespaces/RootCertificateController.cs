using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Keeps the cluster's certificate authorities in every namespace, where pods find them to trust the API server.</summary>
/// <param name="certificates">PEM, as of now.</param>
public sealed class RootCertificateController(Informer<Namespace> namespaces, Informer<ConfigMap> configMaps, IClient client, Func<string> certificates, TimeProvider time) : IReconciler
{
    private const string ConfigMapName = "kube-root-ca.crt";
    private const string FileName = "ca.crt";

    private static readonly Map<string> Annotations =
        [new("kubernetes.io/description", "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.")];

    public string Name => "root-ca-certificate-publisher";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(namespaces),
        Trigger.OnAll(namespaces, certificates, ControllerConfig.RootCertificatesPeriod, time),
        Trigger.On(configMaps, static map => map.Metadata.Name == ConfigMapName ? [new NamespacedName("", map.Metadata.Namespace)] : []),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!namespaces.TryGet(key, out var found) || found.IsTerminating)
        {
            return ReconcileResult.Done;
        }

        Map<string> data = [new(FileName, certificates())];
        var existing = configMaps.Find(new(key.Name, ConfigMapName));
        try
        {
            if (existing is null)
            {
                await client.CreateAsync(
                    new ConfigMap { Metadata = new ObjectMeta { Name = ConfigMapName, Namespace = key.Name, Annotations = Annotations }, Data = data }, ct);
            }
            else if (!existing.Data.Equals(data))
            {
                await client.UpdateAsync(existing with { Data = data }, ct);
            }
        }
        catch (ApiException e) when (e.IsAlreadyExists || e.IsNamespaceTerminating)
        {
        }

        return ReconcileResult.Done;
    }
}
