using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch server</c>: the control plane in one process.</summary>
internal static class ServerCommand
{
    public static Command Create() => RoleProcess.Command(
        "server", "Run the control plane: API server, controllers and scheduler in one process.", takesKubeconfig: false, ControlPlane.ServerAsync, takesEtcd: true, runsControllers: true);
}
