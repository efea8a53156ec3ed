namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record SecretReference : IApiType<SecretReference>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string Namespace { get; init; } = "";
}
