namespace Navarch.Api.Core.V1;

public sealed partial record ContainerResizePolicy : IApiType<ContainerResizePolicy>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string ResourceName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string RestartPolicy { get; init; } = "";
}
