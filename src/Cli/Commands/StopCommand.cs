using System.CommandLine;
using Navarch.Cli.Output;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch stop</c>: nothing runs afterwards, nothing is lost.</summary>
internal static class StopCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var command = new Command("stop", "Stop a cluster and its containers; `start` resumes it with the same pods. Needs root.") { profile };
        command.SetAction(async (arguments, ct) =>
        {
            var name = arguments.GetValue(profile)!;
            var stopped = await new Stop(new ProfileStore(), Progress.Create(TimeProvider.System), TimeProvider.System).RunAsync(name, ct);
            Console.WriteLine(stopped ? $"Cluster \"{name}\" is stopped." : $"Cluster \"{name}\" was not running.");
            return 0;
        });
        return command;
    }
}
