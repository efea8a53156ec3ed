namespace Navarch.Api.Batch.V1;

public sealed partial record SuccessPolicy : IApiType<SuccessPolicy>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<SuccessPolicyRule> Rules { get; init; } = [];
}

public sealed partial record SuccessPolicyRule : IApiType<SuccessPolicyRule>
{
    [Proto(1)]
    public string? SucceededIndexes { get; init; }

    [Proto(2)]
    public int? SucceededCount { get; init; }
}
