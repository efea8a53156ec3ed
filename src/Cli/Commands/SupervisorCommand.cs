using System.CommandLine;
using Microsoft.Extensions.Logging;
using Navarch.Cli.Roles;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.ControlPlanes;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch supervisor</c>: where a cluster has several control planes, their keeper and their front.</summary>
internal static class SupervisorCommand
{
    public static Command Create() => RoleProcess.Command(
        "supervisor",
        "Keep several control planes running, and lead clients to one that serves.",
        takesKubeconfig: false,
        (context, ct) => RoleProcess.TogetherAsync(
            ct,
            token => new Supervisor(
                new ControlPlaneProcesses(context.Profile, context.Paths, Self.Command, context.Time), context.Time, context.Logs.CreateLogger<Supervisor>()).RunAsync(token),
            token => new CertificateKeeper(context.Profile, context.Paths, context.Time, context.Logs.CreateLogger<CertificateKeeper>()).RunAsync(token),
            token => Front.RunAsync(context.Profile, context.Paths, context.Time, context.Logs, token)));
}
