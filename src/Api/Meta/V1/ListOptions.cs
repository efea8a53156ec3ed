namespace Navarch.Api.Meta.V1;

[ApiObject("meta.k8s.io", "v1")]
public sealed partial record ListOptions : IApiType<ListOptions>
{
    [Proto(1)]
    public string LabelSelector { get; init; } = "";

    [Proto(2)]
    public string FieldSelector { get; init; } = "";

    [Proto(3)]
    public bool Watch { get; init; }

    [Proto(9)]
    public bool AllowWatchBookmarks { get; init; }

    [Proto(4)]
    public string ResourceVersion { get; init; } = "";

    [Proto(10)]
    public string ResourceVersionMatch { get; init; } = "";

    [Proto(5)]
    public long? TimeoutSeconds { get; init; }

    [Proto(7)]
    public long Limit { get; init; }

    [Proto(8)]
    public string Continue { get; init; } = "";

    [Proto(11)]
    public bool? SendInitialEvents { get; init; }

    [Proto(15)]
    public string ShardSelector { get; init; } = "";
}
