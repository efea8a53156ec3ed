using Navarch.Api.Meta.V1;

namespace Navarch.Api.Coordination.V1;

/// <summary>A claim that its holder renews: a node's heartbeat, or the lead among several equal servers.</summary>
[Resource("coordination.k8s.io", "v1", "leases", Namespaced = true)]
public sealed partial record Lease : IResource<Lease>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public LeaseSpec Spec { get; init; } = LeaseSpec.Empty;
}

public sealed partial record LeaseSpec : IApiType<LeaseSpec>
{
    [Proto(1)]
    public string? HolderIdentity { get; init; }

    [Proto(2)]
    public int? LeaseDurationSeconds { get; init; }

    [Proto(3)]
    public MicroTime? AcquireTime { get; init; }

    [Proto(4)]
    public MicroTime? RenewTime { get; init; }

    [Proto(5)]
    public int? LeaseTransitions { get; init; }

    [Proto(6)]
    public string? Strategy { get; init; }

    [Proto(7)]
    public string? PreferredHolder { get; init; }
}
