using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch status</c>: for people as lines, for programs as JSON and an exit code.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var output = CommonOptions.Output();
        var command = new Command("status", "Show what of a cluster runs. Exits with 0: running, 1: degraded, 3: stopped, 4: no such cluster.") { profile, output };
        command.SetAction(async (arguments, ct) =>
        {
            var status = await new Status(new ProfileStore(), TimeProvider.System).RunAsync(arguments.GetValue(profile)!, ct);
            if (arguments.GetValue(output) == "json")
            {
                Console.WriteLine(JsonSerializer.Serialize(status, StatusJson.Default.ClusterStatus));
            }
            else
            {
                Print(status);
            }

            return ExitCode(status.State);
        });
        return command;
    }

    // 3 and 4 are what init scripts return for "not running" and "unknown".
    internal static int ExitCode(ClusterState state) => state switch
    {
        ClusterState.Running => 0,
        ClusterState.Degraded => 1,
        ClusterState.Stopped => 3,
        _ => 4,
    };

    private static void Print(ClusterStatus status)
    {
        Console.WriteLine($"Cluster:     {status.Profile} ({status.State.ToString().ToLowerInvariant()})");
        if (status.State == ClusterState.Absent)
        {
            Console.WriteLine($"Start it with `sudo navarch start -p {status.Profile}`.");
            return;
        }

        Console.WriteLine($"API server:  {status.ApiServer}");
        Console.WriteLine($"Node:        {status.Node} (Ready: {status.NodeReady})");
        Console.WriteLine($"Pods:        {status.PodCidr}");
        Console.WriteLine($"Services:    {status.ServiceCidr}");
        foreach (var plane in status.ControlPlanes)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{$"Control {plane.Number}:",-12} {plane.ApiServer} ({(plane.Ready ? "ready" : "not ready")}), ip netns {plane.Namespace}"));
        }

        foreach (var process in status.Processes)
        {
            Console.WriteLine(process.Pid is { } pid
                ? string.Create(CultureInfo.InvariantCulture, $"{process.Name + ":",-12} pid {pid}, {process.ResidentBytes / 1048576.0:0.0} MiB, log {process.Log}")
                : $"{process.Name + ":",-12} not running, log {process.Log}");
        }
    }
}
