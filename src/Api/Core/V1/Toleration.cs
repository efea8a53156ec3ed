namespace Navarch.Api.Core.V1;

public sealed partial record Toleration : IApiType<Toleration>
{
    [Proto(1)]
    public string Key { get; init; } = "";

    [Proto(2), OneOf(typeof(TolerationOperator))]
    public string Operator { get; init; } = "";

    [Proto(3)]
    public string Value { get; init; } = "";

    [Proto(4), OneOf(typeof(TaintEffect))]
    public string Effect { get; init; } = "";

    [Proto(5)]
    public long? TolerationSeconds { get; init; }
}

/// <summary>The values of a TolerationOperator.</summary>
public static class TolerationOperator
{
    public const string TolerationOpEqual = "Equal";
    public const string TolerationOpExists = "Exists";
    public const string TolerationOpGt = "Gt";
    public const string TolerationOpLt = "Lt";
}
