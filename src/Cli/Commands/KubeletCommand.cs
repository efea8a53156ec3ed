using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch kubelet</c>: against our API server or another.</summary>
internal static class KubeletCommand
{
    public static Command Create() => RoleProcess.Command(
        "kubelet", "Run a node's kubelet alone. Needs root.", takesKubeconfig: true, NodeAgent.KubeletAsync, isNode: true);
}
