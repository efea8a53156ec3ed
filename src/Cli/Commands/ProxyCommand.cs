using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch proxy</c>: against our API server or another.</summary>
internal static class ProxyCommand
{
    public static Command Create() => RoleProcess.Command(
        "proxy", "Run a node's service proxy alone. Needs root.", takesKubeconfig: true, NodeAgent.ProxyAsync);
}
