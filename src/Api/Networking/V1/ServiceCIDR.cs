using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

[Resource("networking.k8s.io", "v1", "servicecidrs", Namespaced = false)]
public sealed partial record ServiceCIDR : IResource<ServiceCIDR>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public ServiceCIDRSpec Spec { get; init; } = ServiceCIDRSpec.Empty;

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
