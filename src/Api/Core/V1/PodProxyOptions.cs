namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record PodProxyOptions : IApiType<PodProxyOptions>
{
    [Proto(1)]
    public string Path { get; init; } = "";
}
