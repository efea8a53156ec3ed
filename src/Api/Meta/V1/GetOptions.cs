namespace Navarch.Api.Meta.V1;

[ApiObject("meta.k8s.io", "v1")]
public sealed partial record GetOptions : IApiType<GetOptions>
{
    [Proto(1)]
    public string ResourceVersion { get; init; } = "";
}
