namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record ObjectReference : IApiType<ObjectReference>
{
    [Proto(1)]
    public string Kind { get; init; } = "";

    [Proto(2)]
    public string Namespace { get; init; } = "";

    [Proto(3)]
    public string Name { get; init; } = "";

    [Proto(4), JsonName("uid")]
    public string UID { get; init; } = "";

    [Proto(5), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";

    [Proto(6)]
    public string ResourceVersion { get; init; } = "";

    [Proto(7)]
    public string FieldPath { get; init; } = "";
}
