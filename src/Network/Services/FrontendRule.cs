using System.Collections.Immutable;

namespace Navarch.Network.Services;

/// <summary>What happens to a new connection to one frontend.</summary>
internal sealed record FrontendRule(Frontend Frontend)
{
    /// <summary>One of these, at random, takes the connection. Distinct and sorted.</summary>
    public ImmutableArray<Backend> Backends { get; init; } = [];

    /// <summary>
    /// If set, what sources outside of the cluster get instead (externalTrafficPolicy: Local). Empty: their packets are
    /// dropped, so that a load balancer looks for another node.
    /// </summary>
    public ImmutableArray<Backend>? ForOutside { get; init; }

    /// <summary>Connections from outside of this node's pods get the node's address as source, so that answers come back here.</summary>
    public bool HidesSource { get; init; }

    /// <summary>For so many seconds after its last connection a source keeps its backend; 0 is not at all.</summary>
    public int AffinitySeconds { get; init; }

    /// <summary>
    /// Without <see cref="Backends"/> packets are answered with a refusal; if this is set they are dropped instead,
    /// because other nodes do have backends.
    /// </summary>
    public bool DropsWithoutBackends { get; init; }

    /// <summary>The address is the Service's own: what is sent to its other ports is refused too.</summary>
    public bool OwnsAddress { get; init; }

    public bool Equals(FrontendRule? other) =>
        other is not null
        && Frontend == other.Frontend
        && HidesSource == other.HidesSource
        && AffinitySeconds == other.AffinitySeconds
        && DropsWithoutBackends == other.DropsWithoutBackends
        && OwnsAddress == other.OwnsAddress
        && Backends.AsSpan().SequenceEqual(other.Backends.AsSpan())
        && ForOutside.HasValue == other.ForOutside.HasValue
        && (ForOutside is not { } outside || outside.AsSpan().SequenceEqual(other.ForOutside!.Value.AsSpan()));

    public override int GetHashCode() => Frontend.GetHashCode();
}
