namespace Navarch.Api.Core.V1;

public sealed partial record SELinuxOptions : IApiType<SELinuxOptions>
{
    [Proto(1)]
    public string User { get; init; } = "";

    [Proto(2)]
    public string Role { get; init; } = "";

    [Proto(3)]
    public string Type { get; init; } = "";

    [Proto(4)]
    public string Level { get; init; } = "";
}
