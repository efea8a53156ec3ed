namespace Navarch.Api.Autoscaling.V1;

[AtomicMap]
public sealed partial record CrossVersionObjectReference : IApiType<CrossVersionObjectReference>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(3), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";
}
