using System.CommandLine;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch apiserver</c>: for a control plane whose other parts run elsewhere or are somebody else's.</summary>
internal static class ApiServerCommand
{
    public static Command Create() => RoleProcess.Command(
        "apiserver",
        "Run the API server alone.",
        takesKubeconfig: false,
        (context, ct) => ControlPlane.ApiServerAsync(context, (_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, stop), ct),
        takesEtcd: true);
}
