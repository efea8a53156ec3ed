using System.Net;
using System.Net.Sockets;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using EndpointPort = Navarch.Api.Discovery.V1.EndpointPort;

namespace Navarch.Controllers;

/// <summary>Copies Endpoints that somebody writes by hand for a Service without a selector into slices, which is what nodes read.</summary>
public sealed class EndpointSliceMirroringController(
    Informer<Service> services, Informer<Endpoints> endpoints, Informer<EndpointSlice> slices, IClient client) : IReconciler
{
    internal const string ManagedBy = "endpointslicemirroring-controller.k8s.io";

    private const string MirrorIndex = "mirror";
    private const string SkipLabel = "endpointslice.kubernetes.io/skip-mirror";
    private const string LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

    // Of upstream: addresses of a subset beyond these are left out.
    private const int AddressesMax = 1000;

    private static readonly string[] OwnAnnotations = ["endpoints.kubernetes.io/last-change-trigger-time", "kubectl.kubernetes.io/last-applied-configuration"];

    public string Name => "endpointslicemirroring";

    public IEnumerable<Trigger> Triggers => [Trigger.On(endpoints), Trigger.On(services), Trigger.On(slices, MirroredBy)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        slices.AddIndex(MirrorIndex, slice => MirroredBy(slice).Select(name => name.ToString()));
        var existing = slices.By(MirrorIndex, key.ToString()).Where(slice => !slice.IsTerminating).ToList();
        var mirrored = endpoints.TryGet(key, out var found) && !found.IsTerminating && IsByHand(found)
            && services.TryGet(key, out var service) && service.Spec.Selector.Count == 0 ? found : null;
        return await client.ApplyAsync(Plan(mirrored, existing), ct);
    }

    /// <summary>Depends on its arguments alone.</summary>
    /// <param name="mirrored">Null where nothing is to be mirrored.</param>
    internal static IEnumerable<Change> Plan(Endpoints? mirrored, IReadOnlyList<EndpointSlice> existing)
    {
        var left = existing.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList();
        foreach (var wanted in mirrored is null ? [] : mirrored.Subsets.SelectMany(subset => SlicesOf(mirrored, subset)))
        {
            var slice = left.Find(slice => slice.AddressType == wanted.AddressType && Same.Lists(slice.Ports, wanted.Ports));
            if (slice is null)
            {
                yield return new Change.Create<EndpointSlice>(wanted);
                continue;
            }

            left.Remove(slice);
            var after = slice with
            {
                Endpoints = wanted.Endpoints,
                Metadata = slice.Metadata with { Labels = wanted.Metadata.Labels, Annotations = wanted.Metadata.Annotations },
            };
            if (after != slice)
            {
                yield return new Change.Update<EndpointSlice>(after);
            }
        }

        foreach (var slice in left)
        {
            yield return new Change.Delete<EndpointSlice>(slice);
        }
    }

    private static IEnumerable<EndpointSlice> SlicesOf(Endpoints mirrored, EndpointSubset subset)
    {
        var metadata = mirrored.Metadata;
        return subset.Addresses.Select(address => (address, isReady: true)).Concat(subset.NotReadyAddresses.Select(address => (address, isReady: false)))
            .Take(AddressesMax)
            .GroupBy(entry => FamilyOf(entry.address.IP))
            .Where(family => family.Key.Length > 0)
            .Select(family => new EndpointSlice
            {
                Metadata = new ObjectMeta
                {
                    GenerateName = metadata.Name + "-",
                    Namespace = metadata.Namespace,
                    Labels = metadata.Labels.With(SlicePlan.ServiceNameLabel, metadata.Name).With(SlicePlan.ManagedByLabel, ManagedBy),
                    Annotations = OwnAnnotations.Aggregate(metadata.Annotations, static (all, own) => all.Without(own)),
                    OwnerReferences = [mirrored.AsController()],
                },
                AddressType = family.Key,
                Endpoints = [.. family.Select(entry => EndpointOf(entry.address, entry.isReady))],
                Ports = [.. subset.Ports.Select(port => new EndpointPort { Name = port.Name, Protocol = port.Protocol, Port = port.Port, AppProtocol = port.AppProtocol })],
            });
    }

    private static Endpoint EndpointOf(EndpointAddress address, bool isReady) => new()
    {
        Addresses = [address.IP],
        Conditions = new EndpointConditions { Ready = isReady },
        Hostname = address.Hostname.Length > 0 ? address.Hostname : null,
        NodeName = address.NodeName,
        TargetRef = address.TargetRef,
    };

    private static string FamilyOf(string ip) => !IPAddress.TryParse(ip, out var address) ? ""
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? AddressType.IPv6 : AddressType.IPv4;

    // Others serve for elections, or have slices already.
    private static bool IsByHand(Endpoints found) =>
        found.Metadata.Labels.Find(SkipLabel) != "true" && found.Metadata.Annotations.Find(LeaderAnnotation) is null;

    private static IEnumerable<NamespacedName> MirroredBy(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(SlicePlan.ManagedByLabel) == ManagedBy
        && slice.Metadata.Labels.Find(SlicePlan.ServiceNameLabel) is { Length: > 0 } name
            ? [new NamespacedName(slice.Metadata.Namespace, name)]
            : [];
}
