namespace Navarch.Api.Core.V1;

/// <summary>What is needed and what may be used at most.</summary>
public sealed partial record ResourceRequirements : IApiType<ResourceRequirements>
{
    /// <summary>The most that may be used: more CPU is not given, more memory ends the process.</summary>
    [Proto(1)]
    public Map<Quantity> Limits { get; init; } = [];

    /// <summary>What the node must have free and keeps free. Default: the limits.</summary>
    [Proto(2)]
    public Map<Quantity> Requests { get; init; } = [];

    /// <summary>Resource claims of the pod that the container uses.</summary>
    [Proto(3), ListMap("name")]
    public IReadOnlyList<ResourceClaim> Claims { get; init; } = [];
}

public sealed partial record ResourceClaim : IApiType<ResourceClaim>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string Request { get; init; } = "";
}
