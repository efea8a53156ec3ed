namespace Navarch.Api.Batch.V1;

public sealed partial record UncountedTerminatedPods : IApiType<UncountedTerminatedPods>
{
    [Proto(1), ListSet]
    public IReadOnlyList<string> Succeeded { get; init; } = [];

    [Proto(2), ListSet]
    public IReadOnlyList<string> Failed { get; init; } = [];
}
