namespace Navarch.Api.Meta.V1;

public sealed partial record Condition : IApiType<Condition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>The metadata.generation that the condition speaks of.</summary>
    [Proto(3)]
    public long ObservedGeneration { get; init; }

    /// <summary>When the status changed last.</summary>
    [Proto(4), Required, WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(5), Required, WrittenWhenEmpty]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(6), Required, WrittenWhenEmpty]
    public string Message { get; init; } = "";
}
