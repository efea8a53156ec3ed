namespace Navarch.Api.Authentication.V1;

public sealed partial record UserInfo : IApiType<UserInfo>
{
    [Proto(1)]
    public string Username { get; init; } = "";

    [Proto(2), JsonName("uid")]
    public string UID { get; init; } = "";

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Groups { get; init; } = [];

    [Proto(4)]
    public Map<IReadOnlyList<string>> Extra { get; init; } = [];
}
