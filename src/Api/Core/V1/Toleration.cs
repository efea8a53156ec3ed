namespace Navarch.Api.Core.V1;

/// <summary>Taints of nodes that the pod puts up with.</summary>
public sealed partial record Toleration : IApiType<Toleration>
{
    /// <summary>Key of the taint. Empty with Exists: any.</summary>
    [Proto(1)]
    public string Key { get; init; } = "";

    /// <summary>Equal (default): key and value are the taint's; Exists: the key alone.</summary>
    [Proto(2), OneOf(typeof(TolerationOperator))]
    public string Operator { get; init; } = "";

    /// <summary>Value of the taint; empty with Exists.</summary>
    [Proto(3)]
    public string Value { get; init; } = "";

    /// <summary>Effect of the taint. Empty: any.</summary>
    [Proto(4), OneOf(typeof(TaintEffect))]
    public string Effect { get; init; } = "";

    /// <summary>With the effect NoExecute: seconds the pod stays on a node that gets the taint. Default: for ever.</summary>
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
