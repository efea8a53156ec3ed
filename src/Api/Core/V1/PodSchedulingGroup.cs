namespace Navarch.Api.Core.V1;

public sealed partial record PodSchedulingGroup : IApiType<PodSchedulingGroup>
{
    [Proto(1)]
    public string? PodGroupName { get; init; }
}
