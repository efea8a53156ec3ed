using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record PodStatusResult : IApiType<PodStatusResult>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public PodStatus Status { get; init; } = PodStatus.Empty;
}
