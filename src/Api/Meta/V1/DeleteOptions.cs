namespace Navarch.Api.Meta.V1;

[ApiObject("meta.k8s.io", "v1")]
public sealed partial record DeleteOptions : IApiType<DeleteOptions>
{
    [Proto(1)]
    public long? GracePeriodSeconds { get; init; }

    [Proto(2)]
    public Preconditions? Preconditions { get; init; }

    [Proto(3)]
    public bool? OrphanDependents { get; init; }

    [Proto(4)]
    public string? PropagationPolicy { get; init; }

    [Proto(5), ListAtomic]
    public IReadOnlyList<string> DryRun { get; init; } = [];

    [Proto(6)]
    public bool? IgnoreStoreReadErrorWithClusterBreakingPotential { get; init; }
}

public sealed partial record Preconditions : IApiType<Preconditions>
{
    [Proto(1), JsonName("uid")]
    public string? UID { get; init; }

    [Proto(2)]
    public string? ResourceVersion { get; init; }
}
