namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ContainerRestartRuleOnExitCodesOperator.</summary>
public static class ContainerRestartRuleOnExitCodesOperator
{
    public const string ContainerRestartRuleOnExitCodesOpIn = "In";
    public const string ContainerRestartRuleOnExitCodesOpNotIn = "NotIn";
}
