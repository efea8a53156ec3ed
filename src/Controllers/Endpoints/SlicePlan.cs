using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using EndpointPort = Navarch.Api.Discovery.V1.EndpointPort;

namespace Navarch.Controllers;

/// <summary>
/// Distributes a Service's addresses over slices. Addresses stay in the slice they are in: a change of one pod is a change of
/// one slice, which every node hears of. Slices are filled before new ones are made, and are not merged to save a few.
/// </summary>
internal static class SlicePlan
{
    public const string ServiceNameLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string ManagedBy = "endpointslice-controller.k8s.io";
    public const string HeadlessLabel = "service.kubernetes.io/headless";

    // Of upstream; nodes have to take in a whole slice for each change of it.
    private const int EndpointsPerSliceMax = 100;

    /// <param name="existing">The slices this controller has made for the Service.</param>
    /// <param name="zoneOf">The zone of a node, or null.</param>
    public static IReadOnlyList<Change> Of(Service service, IEnumerable<Pod> pods, IReadOnlyList<EndpointSlice> existing, Func<string, string?> zoneOf)
    {
        var matching = pods.ToList();
        var families = ServiceBackends.FamiliesOf(service);
        var changes = new List<Change>();
        foreach (var family in families)
        {
            var backends = ServiceBackends.Of(service, matching, family);
            PlanFamily(service, family, backends, [.. existing.Where(slice => slice.AddressType == family)], zoneOf, changes);
        }

        changes.AddRange(existing.Where(slice => !families.Contains(slice.AddressType)).Select(slice => new Change.Delete<EndpointSlice>(slice)));
        return changes;
    }

    private static void PlanFamily(
        Service service, string family, IReadOnlyList<Backend> backends, List<EndpointSlice> existing, Func<string, string?> zoneOf, List<Change> changes)
    {
        var left = existing.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList();
        var kept = 0;
        foreach (var group in backends.GroupBy(backend => backend.Ports, PortsComparer.Instance))
        {
            var ports = PortsOf(group.Key);
            var wanted = group.ToDictionary(backend => backend.Pod.Metadata.UID, backend => EndpointOf(service, backend, zoneOf));
            var mine = left.Where(slice => Same.Lists(slice.Ports, ports)).ToList();
            left.RemoveAll(mine.Contains);
            kept += Distribute(service, family, ports, wanted, mine, changes);
        }

        // What is left has no address any more. One of them stays as a sign that the Service was looked at and has none.
        if (kept == 0)
        {
            var sign = left.FirstOrDefault();
            left.Remove(sign!);
            Write(service, family, [], [], sign, changes);
        }

        changes.AddRange(left.Select(slice => new Change.Delete<EndpointSlice>(slice)));
    }

    /// <summary>Returns how many slices there are afterwards.</summary>
    private static int Distribute(
        Service service, string family, IReadOnlyList<EndpointPort> ports, Dictionary<string, Endpoint> wanted, List<EndpointSlice> slices, List<Change> changes)
    {
        var contents = slices.ToDictionary(slice => slice, slice => new List<Endpoint>());
        foreach (var slice in slices)
        {
            foreach (var endpoint in slice.Endpoints)
            {
                if (endpoint.TargetRef is { } target && wanted.Remove(target.UID, out var now))
                {
                    contents[slice].Add(now);
                }
            }
        }

        var rest = new Queue<Endpoint>(wanted.Values);
        foreach (var content in contents.Values.Where(content => content.Count > 0).OrderByDescending(content => content.Count))
        {
            Fill(content, rest);
        }

        // Then those that have just become empty: an object that is reused is one write, one replaced is two.
        foreach (var content in contents.Values.Where(content => content.Count == 0))
        {
            Fill(content, rest);
        }

        var count = 0;
        foreach (var (slice, content) in contents)
        {
            if (content.Count == 0)
            {
                changes.Add(new Change.Delete<EndpointSlice>(slice));
            }
            else
            {
                count++;
                Write(service, family, ports, content, slice, changes);
            }
        }

        while (rest.Count > 0)
        {
            var content = new List<Endpoint>();
            Fill(content, rest);
            count++;
            Write(service, family, ports, content, null, changes);
        }

        return count;
    }

    private static void Fill(List<Endpoint> content, Queue<Endpoint> rest)
    {
        while (content.Count < EndpointsPerSliceMax && rest.TryDequeue(out var endpoint))
        {
            content.Add(endpoint);
        }
    }

    private static void Write(
        Service service, string family, IReadOnlyList<EndpointPort> ports, IReadOnlyList<Endpoint> endpoints, EndpointSlice? existing, List<Change> changes)
    {
        var labels = LabelsOf(service);
        if (existing is null)
        {
            changes.Add(new Change.Create<EndpointSlice>(new EndpointSlice
            {
                Metadata = new ObjectMeta
                {
                    GenerateName = service.Metadata.Name + "-",
                    Namespace = service.Metadata.Namespace,
                    Labels = labels,
                    OwnerReferences = [service.AsController()],
                },
                AddressType = family,
                Endpoints = endpoints,
                Ports = ports,
            }));
            return;
        }

        var after = existing with { Endpoints = endpoints, Ports = ports, Metadata = existing.Metadata with { Labels = labels } };
        if (after != existing)
        {
            changes.Add(new Change.Update<EndpointSlice>(after));
        }
    }

    private static Map<string> LabelsOf(Service service)
    {
        var labels = service.Metadata.Labels.Without(HeadlessLabel).With(ServiceNameLabel, service.Metadata.Name).With(ManagedByLabel, ManagedBy);
        return service.Spec.ClusterIP == "None" ? labels.With(HeadlessLabel, "") : labels;
    }

    private static Endpoint EndpointOf(Service service, Backend backend, Func<string, string?> zoneOf)
    {
        var node = backend.Pod.Spec.NodeName;
        var hostname = backend.HostnameIn(service);
        return new Endpoint
        {
            Addresses = [backend.IP],
            Conditions = new EndpointConditions { Ready = backend.IsReady, Serving = backend.IsServing, Terminating = backend.IsTerminating },
            Hostname = hostname.Length > 0 ? hostname : null,
            NodeName = node.Length > 0 ? node : null,
            Zone = zoneOf(node),
            TargetRef = new ObjectReference
            {
                Kind = "Pod", Namespace = backend.Pod.Metadata.Namespace, Name = backend.Pod.Metadata.Name, UID = backend.Pod.Metadata.UID,
            },
        };
    }

    private static IReadOnlyList<EndpointPort> PortsOf(IReadOnlyList<BackendPort> ports) =>
        [.. ports.Select(port => new EndpointPort { Name = port.Name, Protocol = port.Protocol, Port = port.Port, AppProtocol = port.AppProtocol })];

    /// <summary>Pods on which the Service has the same ports share slices.</summary>
    private sealed class PortsComparer : IEqualityComparer<IReadOnlyList<BackendPort>>
    {
        public static readonly PortsComparer Instance = new();

        public bool Equals(IReadOnlyList<BackendPort>? x, IReadOnlyList<BackendPort>? y) => Same.Lists(x!, y!);

        public int GetHashCode(IReadOnlyList<BackendPort> ports) => ports.Aggregate(ports.Count, HashCode.Combine);
    }
}
