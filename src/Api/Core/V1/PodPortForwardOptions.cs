namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record PodPortForwardOptions : IApiType<PodPortForwardOptions>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<int> Ports { get; init; } = [];
}
