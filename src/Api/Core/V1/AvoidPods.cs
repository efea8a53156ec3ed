using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

public sealed partial record AvoidPods : IApiType<AvoidPods>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<PreferAvoidPodsEntry> PreferAvoidPods { get; init; } = [];
}

public sealed partial record PreferAvoidPodsEntry : IApiType<PreferAvoidPodsEntry>
{
    [Proto(1), Required]
    public PodSignature PodSignature { get; init; } = PodSignature.Empty;

    [Proto(2), WrittenWhenEmpty]
    public DateTimeOffset? EvictionTime { get; init; }

    [Proto(3)]
    public string Reason { get; init; } = "";

    [Proto(4)]
    public string Message { get; init; } = "";
}

public sealed partial record PodSignature : IApiType<PodSignature>
{
    [Proto(1)]
    public OwnerReference? PodController { get; init; }
}
