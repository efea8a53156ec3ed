using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch controller-manager</c>: against our API server or another.</summary>
internal static class ControllerManagerCommand
{
    public static Command Create() => RoleProcess.Command(
        "controller-manager", "Run the controllers alone.", takesKubeconfig: true, ControlPlane.ControllersAsync, electsLeader: true, runsControllers: true);
}
