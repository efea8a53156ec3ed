namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record ObjectFieldSelector : IApiType<ObjectFieldSelector>
{
    [Proto(1), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string FieldPath { get; init; } = "";
}
