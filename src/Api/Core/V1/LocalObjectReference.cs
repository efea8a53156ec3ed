namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record LocalObjectReference : IApiType<LocalObjectReference>
{
    [Proto(1), Default("")]
    public string Name { get; init; } = "";
}
