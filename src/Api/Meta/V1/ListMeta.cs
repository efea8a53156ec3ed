namespace Navarch.Api.Meta.V1;

public sealed partial record ListMeta : IApiType<ListMeta>
{
    [Proto(1)]
    public string SelfLink { get; init; } = "";

    [Proto(2)]
    public string ResourceVersion { get; init; } = "";

    [Proto(3)]
    public string Continue { get; init; } = "";

    [Proto(4)]
    public long? RemainingItemCount { get; init; }

    [Proto(5)]
    public ShardInfo? ShardInfo { get; init; }
}

public sealed partial record ShardInfo : IApiType<ShardInfo>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Selector { get; init; } = "";
}
