using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>Whether a container that ended is started again.</summary>
internal static class RestartRules
{
    /// <summary>An init container that runs beside the main ones.</summary>
    public static bool IsSidecar(Container container) => container.RestartPolicy == ContainerRestartPolicy.Always;

    public static bool AfterExit(PodSpec spec, Container container, bool isInit, int exitCode)
    {
        foreach (var rule in container.RestartPolicyRules)
        {
            if (rule.ExitCodes is { } codes && codes.Values.Contains(exitCode) == (codes.Operator == ContainerRestartRuleOnExitCodesOperator.ContainerRestartRuleOnExitCodesOpIn))
            {
                return rule.Action == ContainerRestartRuleAction.Restart;
            }
        }
        return (container.RestartPolicy ?? spec.RestartPolicy) switch
        {
            RestartPolicy.Never => false,
            RestartPolicy.OnFailure => exitCode != 0,
            // "Always" is the default. An init container that succeeded has done its work.
            _ => !isInit || exitCode != 0 || IsSidecar(container),
        };
    }
}
