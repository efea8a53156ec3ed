namespace Navarch.Api.Authorization.V1;

public sealed partial record NonResourceAttributes : IApiType<NonResourceAttributes>
{
    [Proto(1)]
    public string Path { get; init; } = "";

    [Proto(2)]
    public string Verb { get; init; } = "";
}
