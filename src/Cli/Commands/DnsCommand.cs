using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch dns</c>: against our API server or another.</summary>
internal static class DnsCommand
{
    public static Command Create() => RoleProcess.Command(
        "dns", "Run a node's DNS server alone. Needs root.", takesKubeconfig: true, NodeAgent.DnsAsync);
}
