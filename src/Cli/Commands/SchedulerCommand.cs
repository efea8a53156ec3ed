using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch scheduler</c>: against our API server or another.</summary>
internal static class SchedulerCommand
{
    public static Command Create() => RoleProcess.Command(
        "scheduler", "Run the scheduler alone.", takesKubeconfig: true, ControlPlane.SchedulerAsync, electsLeader: true);
}
