namespace Navarch.Api.Core.V1;

public sealed partial record HostIP : IApiType<HostIP>
{
    [Proto(1), JsonName("ip"), Required, WrittenWhenEmpty]
    public string IP { get; init; } = "";
}
