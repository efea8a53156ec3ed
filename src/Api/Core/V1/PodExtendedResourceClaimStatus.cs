namespace Navarch.Api.Core.V1;

public sealed partial record PodExtendedResourceClaimStatus : IApiType<PodExtendedResourceClaimStatus>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<ContainerExtendedResourceRequest> RequestMappings { get; init; } = [];

    [Proto(2), Required, WrittenWhenEmpty]
    public string ResourceClaimName { get; init; } = "";
}

public sealed partial record ContainerExtendedResourceRequest : IApiType<ContainerExtendedResourceRequest>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string ContainerName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string ResourceName { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string RequestName { get; init; } = "";
}
