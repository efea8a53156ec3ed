using Navarch.Api.Meta.V1;

namespace Navarch.Api.Coordination.V1;

/// <summary>A claim that its holder renews: a node's heartbeat, or the lead among several equal servers.</summary>
[Resource("coordination.k8s.io", "v1", "leases", Namespaced = true)]
public sealed partial record Lease : IResource<Lease>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public LeaseSpec Spec { get; init; } = LeaseSpec.Empty;
}

public sealed partial record LeaseSpec : IApiType<LeaseSpec>
{
    /// <summary>Who holds the lease.</summary>
    [Proto(1)]
    public string? HolderIdentity { get; init; }

    /// <summary>Seconds after renewTime for which others must wait.</summary>
    [Proto(2)]
    public int? LeaseDurationSeconds { get; init; }

    /// <summary>When the holder took it.</summary>
    [Proto(3)]
    public MicroTime? AcquireTime { get; init; }

    /// <summary>When the holder renewed it last.</summary>
    [Proto(4)]
    public MicroTime? RenewTime { get; init; }

    /// <summary>How often the holder changed.</summary>
    [Proto(5)]
    public int? LeaseTransitions { get; init; }

    [Proto(6)]
    public string? Strategy { get; init; }

    [Proto(7)]
    public string? PreferredHolder { get; init; }
}
