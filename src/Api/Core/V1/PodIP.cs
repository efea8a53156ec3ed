namespace Navarch.Api.Core.V1;

public sealed partial record PodIP : IApiType<PodIP>
{
    [Proto(1), JsonName("ip"), Required, WrittenWhenEmpty]
    public string IP { get; init; } = "";
}
