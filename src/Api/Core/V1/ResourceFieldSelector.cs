namespace Navarch.Api.Core.V1;

/// <summary>A request or limit of a container.</summary>
[AtomicMap]
public sealed partial record ResourceFieldSelector : IApiType<ResourceFieldSelector>
{
    /// <summary>The container. Optional in an environment variable: the container itself.</summary>
    [Proto(1)]
    public string ContainerName { get; init; } = "";

    /// <summary>The resource, such as limits.cpu or requests.memory.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Resource { get; init; } = "";

    /// <summary>The unit of the result. Default 1.</summary>
    [Proto(3), WrittenWhenEmpty]
    public Quantity Divisor { get; init; }
}
