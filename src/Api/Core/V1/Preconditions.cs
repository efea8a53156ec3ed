namespace Navarch.Api.Core.V1;

public sealed partial record Preconditions : IApiType<Preconditions>
{
    [Proto(1), JsonName("uid")]
    public string? UID { get; init; }
}
