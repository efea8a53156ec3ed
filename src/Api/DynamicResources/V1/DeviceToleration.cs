namespace Navarch.Api.DynamicResources.V1;

public sealed partial record DeviceToleration : IApiType<DeviceToleration>
{
    [Proto(1)]
    public string Key { get; init; } = "";

    [Proto(2), OneOf(typeof(DeviceTolerationOperator)), Default("Equal")]
    public string Operator { get; init; } = "";

    [Proto(3)]
    public string Value { get; init; } = "";

    [Proto(4), OneOf(typeof(DeviceTaintEffect))]
    public string Effect { get; init; } = "";

    [Proto(5)]
    public long? TolerationSeconds { get; init; }
}

/// <summary>The values of a DeviceTolerationOperator.</summary>
public static class DeviceTolerationOperator
{
    public const string DeviceTolerationOpEqual = "Equal";
    public const string DeviceTolerationOpExists = "Exists";
}
