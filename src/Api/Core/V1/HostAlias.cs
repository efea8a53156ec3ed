namespace Navarch.Api.Core.V1;

public sealed partial record HostAlias : IApiType<HostAlias>
{
    [Proto(1), JsonName("ip"), Required, WrittenWhenEmpty]
    public string IP { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Hostnames { get; init; } = [];
}
