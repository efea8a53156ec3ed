using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;

namespace Navarch.Network.Services;

/// <summary>The endpoints of one Service port that may take connections: in the cluster, and those on this node.</summary>
internal sealed record BackendChoice(ImmutableArray<Backend> All, ImmutableArray<Backend> OnThisNode)
{
    public static BackendChoice Of(IEnumerable<EndpointSlice> slices, ServicePort port, NodeView node)
    {
        // An address can be in two slices while it moves from one to the other: the better claim counts.
        var candidates = new Dictionary<(Address, ushort), Candidate>();
        foreach (var slice in slices)
        {
            foreach (var number in PortNumbers(slice, port))
            {
                foreach (var endpoint in slice.Endpoints)
                {
                    Add(candidates, endpoint, number, node);
                }
            }
        }
        return new(
            Usable(candidates.Values),
            Usable(candidates.Values.Where(candidate => candidate.Backend.IsLocal)));
    }

    /// <summary>Those that are ready; if none is, those that still serve while they terminate.</summary>
    private static ImmutableArray<Backend> Usable(IEnumerable<Candidate> candidates)
    {
        var all = candidates.ToList();
        var ready = all.Where(candidate => candidate.IsReady).ToList();
        var chosen = ready.Count > 0 ? ready : all.Where(candidate => candidate.StillServes);
        return [.. chosen.Select(candidate => candidate.Backend).Order()];
    }

    private static IEnumerable<ushort> PortNumbers(EndpointSlice slice, ServicePort port) =>
        from offered in slice.Ports
        where (offered.Name ?? "") == port.Name
            && ServiceRules.TransportOf(offered.Protocol) == ServiceRules.TransportOf(port.Protocol)
            && offered.Port is > 0 and <= ushort.MaxValue
        select (ushort)offered.Port!.Value;

    private static void Add(Dictionary<(Address, ushort), Candidate> candidates, Endpoint endpoint, ushort port, NodeView node)
    {
        // All addresses of an endpoint are fungible; upstream's proxies take the first, and so do clients that count.
        if (endpoint.Addresses is not [var text, ..]
            || !Address.TryParse(text, out var address) || !node.Uses(address) || !address.CanBeEndpoint)
        {
            return;
        }
        var conditions = endpoint.Conditions;
        var isReady = conditions.Ready ?? true;
        var candidate = new Candidate(
            new Backend(address, port, endpoint.NodeName == node.Name),
            isReady,
            (conditions.Serving ?? isReady) && (conditions.Terminating ?? false));
        var key = (address, port);
        if (!candidates.TryGetValue(key, out var known) || candidate.Rank > known.Rank)
        {
            candidates[key] = candidate;
        }
    }

    private readonly record struct Candidate(Backend Backend, bool IsReady, bool StillServes)
    {
        public int Rank => IsReady ? 2 : StillServes ? 1 : 0;
    }
}
