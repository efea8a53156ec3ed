using System.CommandLine;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch context</c>: makes a cluster the one that kubectl talks to.</summary>
internal static class ContextCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var command = new Command("context", "Put a cluster's context into your kubeconfig and make it the current one.") { profile };
        command.SetAction(arguments =>
        {
            var store = new ProfileStore();
            var found = store.Get(ProfileName.Validate(arguments.GetValue(profile)!));
            var file = UserContext.Merge(found, store.PathsOf(found.Name));
            Console.WriteLine($"Context \"{found.ContextName}\" is the current one of {file}.");
            return 0;
        });
        return command;
    }
}
