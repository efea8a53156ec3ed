namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record NodeProxyOptions : IApiType<NodeProxyOptions>
{
    [Proto(1)]
    public string Path { get; init; } = "";
}
