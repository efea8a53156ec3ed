using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

[Resource("networking.k8s.io", "v1", "servicecidrs", Namespaced = false)]
public sealed partial record ServiceCIDR : IResource<ServiceCIDR>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public ServiceCIDRSpec Spec { get; init; } = ServiceCIDRSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public ServiceCIDRStatus Status { get; init; } = ServiceCIDRStatus.Empty;
}

public sealed partial record ServiceCIDRSpec : IApiType<ServiceCIDRSpec>
{
    [Proto(1), JsonName("cidrs"), ListAtomic]
    public IReadOnlyList<string> CIDRs { get; init; } = [];
}

public sealed partial record ServiceCIDRStatus : IApiType<ServiceCIDRStatus>
{
    [Proto(1), Merge("type"), ListMap("type")]
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}
