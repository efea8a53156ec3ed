namespace Navarch.Api.Meta.V1;

[ApiObject("", "v1")]
public sealed partial record Status : IApiType<Status>
{
    [Proto(1), JsonName("metadata")]
    public ListMeta ListMeta { get; init; } = ListMeta.Empty;

    [Proto(2), JsonName("status")]
    public string StatusValue { get; init; } = "";

    [Proto(3)]
    public string Message { get; init; } = "";

    [Proto(4)]
    public string Reason { get; init; } = "";

    [Proto(5)]
    public StatusDetails? Details { get; init; }

    [Proto(6)]
    public int Code { get; init; }
}

public sealed partial record StatusDetails : IApiType<StatusDetails>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string Group { get; init; } = "";

    [Proto(3)]
    public string Kind { get; init; } = "";

    [Proto(6), JsonName("uid")]
    public string UID { get; init; } = "";

    [Proto(4), ListAtomic]
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    [Proto(5)]
    public int RetryAfterSeconds { get; init; }
}

public sealed partial record StatusCause : IApiType<StatusCause>
{
    [Proto(1), JsonName("reason")]
    public string Type { get; init; } = "";

    [Proto(2)]
    public string Message { get; init; } = "";

    [Proto(3)]
    public string Field { get; init; } = "";
}
