namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ContainerRestartRuleAction.</summary>
public static class ContainerRestartRuleAction
{
    public const string Restart = "Restart";
    public const string RestartAllContainers = "RestartAllContainers";
}
