using System.CommandLine;
using Navarch.Cli.Output;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch delete</c>: the machine is as if the cluster had never been.</summary>
internal static class DeleteCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var command = new Command("delete", "Delete a cluster with everything in it. Needs root.") { profile };
        command.SetAction(async (arguments, ct) =>
        {
            var name = arguments.GetValue(profile)!;
            var deleted = await new Delete(new ProfileStore(), Progress.Create(TimeProvider.System), TimeProvider.System).RunAsync(name, ct);
            Console.WriteLine(deleted ? $"Cluster \"{name}\" is deleted." : $"There is no cluster \"{name}\".");
            return 0;
        });
        return command;
    }
}
