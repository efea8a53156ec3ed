using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch agent</c>: a node in one process.</summary>
internal static class AgentCommand
{
    public static Command Create() => RoleProcess.Command(
        "agent", "Run a node: kubelet, service proxy and DNS in one process. Needs root.", takesKubeconfig: false, NodeAgent.RunAsync, isNode: true);
}
