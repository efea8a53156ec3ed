using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Keeps the older form of a Service's addresses, one Endpoints object each, for clients that still read it.</summary>
public sealed class EndpointsController(Informer<Service> services, Informer<Pod> pods, Informer<Endpoints> endpoints, IClient client) : IReconciler
{
    private const string ManagedByLabel = "endpoints.kubernetes.io/managed-by";
    private const string ManagedBy = "endpoint-controller";
    private const string OverCapacityAnnotation = "endpoints.kubernetes.io/over-capacity";

    // Of upstream: the object must stay below what a store takes.
    private const int AddressesMax = 1000;

    public string Name => "endpoints";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(services),
        Trigger.On(endpoints),
        Trigger.On(pods, pod => ServiceBackends.ServicesOf(services, pod)),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        var existing = endpoints.Find(key);
        if (!services.TryGet(key, out var service))
        {
            // It has no owner reference, so nobody else will remove it.
            return existing?.Metadata.Labels.Find(ManagedByLabel) == ManagedBy
                ? await client.ApplyAsync([new Change.Delete<Endpoints>(existing)], ct)
                : ReconcileResult.Done;
        }

        if (service.IsTerminating || service.Spec.Selector.Count == 0 || service.Spec.Type == ServiceType.ExternalName)
        {
            return ReconcileResult.Done;
        }

        var selector = Selectors.Of(service.Spec.Selector);
        var matching = pods.List(key.Namespace).Where(pod => selector.Matches(pod.Metadata.Labels));
        return await client.ApplyAsync(Plan(service, matching, existing), ct);
    }

    /// <summary>At most one write. Depends on its arguments alone.</summary>
    internal static IEnumerable<Change> Plan(Service service, IEnumerable<Pod> pods, Endpoints? existing)
    {
        var backends = ServiceBackends.Of(service, pods, ServiceBackends.FamiliesOf(service)[0])
            .Where(backend => !backend.IsTerminating || service.Spec.PublishNotReadyAddresses).ToList();
        var isTruncated = backends.Count > AddressesMax;
        var subsets = SubsetsOf(service, isTruncated ? backends.OrderByDescending(backend => backend.IsReady).Take(AddressesMax) : backends);
        var labels = service.Metadata.Labels.Without(SlicePlan.HeadlessLabel).With(ManagedByLabel, ManagedBy);
        labels = service.Spec.ClusterIP == "None" ? labels.With(SlicePlan.HeadlessLabel, "") : labels;
        var annotations = existing?.Metadata.Annotations ?? [];
        annotations = isTruncated ? annotations.With(OverCapacityAnnotation, "truncated") : annotations.Without(OverCapacityAnnotation);
        if (existing is null)
        {
            yield return new Change.Create<Endpoints>(new Endpoints
            {
                Metadata = new ObjectMeta { Name = service.Metadata.Name, Namespace = service.Metadata.Namespace, Labels = labels, Annotations = annotations },
                Subsets = subsets,
            });
            yield break;
        }

        var after = existing with { Subsets = subsets, Metadata = existing.Metadata with { Labels = labels, Annotations = annotations } };
        if (after != existing)
        {
            yield return new Change.Update<Endpoints>(after);
        }
    }

    /// <summary>Addresses with the same ports together, in an order that depends on nothing else.</summary>
    private static IReadOnlyList<EndpointSubset> SubsetsOf(Service service, IEnumerable<Backend> backends) =>
    [
        .. backends.Where(backend => backend.Ports.Count > 0 || service.Spec.Ports.Count == 0)
            .GroupBy(backend => string.Join(';', backend.Ports.OrderBy(port => port.Port).ThenBy(port => port.Protocol).Select(port => port.ToString())), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new EndpointSubset
            {
                Addresses = Addresses(service, group.Where(backend => backend.IsReady)),
                NotReadyAddresses = Addresses(service, group.Where(backend => !backend.IsReady)),
                Ports = [.. group.First().Ports.Select(port => new EndpointPort { Name = port.Name, Protocol = port.Protocol, Port = port.Port, AppProtocol = port.AppProtocol })],
            }),
    ];

    private static IReadOnlyList<EndpointAddress> Addresses(Service service, IEnumerable<Backend> backends) =>
    [
        .. backends.OrderBy(backend => backend.IP, StringComparer.Ordinal).Select(backend => new EndpointAddress
        {
            IP = backend.IP,
            Hostname = backend.HostnameIn(service),
            NodeName = backend.Pod.Spec.NodeName.Length > 0 ? backend.Pod.Spec.NodeName : null,
            TargetRef = new ObjectReference
            {
                Kind = "Pod", Namespace = backend.Pod.Metadata.Namespace, Name = backend.Pod.Metadata.Name, UID = backend.Pod.Metadata.UID,
            },
        }),
    ];
}
