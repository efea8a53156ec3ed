using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Keeps the slices of each Service with a selector equal to the pods that the selector matches.</summary>
public sealed class EndpointSliceController(
    Informer<Service> services, Informer<Pod> pods, Informer<EndpointSlice> slices, Informer<Node> nodes, IClient client) : IReconciler
{
    private const string ServiceIndex = "service";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public string Name => "endpointslice";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(services),
        Trigger.On(pods, pod => ServiceBackends.ServicesOf(services, pod)),
        Trigger.On(slices, ServiceOf),
        Trigger.None(nodes),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        // Without a selector the slices are somebody else's; without the Service the garbage collector takes them.
        if (!services.TryGet(key, out var service) || service.IsTerminating
            || service.Spec.Selector.Count == 0 || service.Spec.Type == ServiceType.ExternalName)
        {
            return ReconcileResult.Done;
        }

        slices.AddIndex(ServiceIndex, slice => ServiceOf(slice).Select(name => name.ToString()));
        var selector = Selectors.Of(service.Spec.Selector);
        var plan = SlicePlan.Of(
            service,
            pods.List(key.Namespace).Where(pod => selector.Matches(pod.Metadata.Labels)),
            [.. slices.By(ServiceIndex, key.ToString()).Where(slice => !slice.IsTerminating)],
            node => nodes.Find(new("", node))?.Metadata.Labels.Find(ZoneLabel));
        return await client.ApplyAsync(plan, ct);
    }

    /// <summary>The Service of a slice that this controller made.</summary>
    private static IEnumerable<NamespacedName> ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SlicePlan.ManagedByLabel) == SlicePlan.ManagedBy
        && slice.Metadata.Labels.Find(SlicePlan.ServiceNameLabel) is { Length: > 0 } name
            ? [new NamespacedName(slice.Metadata.Namespace, name)]
            : [];
}
