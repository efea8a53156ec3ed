using Navarch.Testing;

namespace Navarch.EndToEnd;

/// <summary>The launcher in the repository's root, with a kubeconfig that is not the user's.</summary>
internal static class NavarchCommand
{
    public static string Launcher { get; } = System.Environment.GetEnvironmentVariable("NAVARCH") ?? FindLauncher();

    private const string States = "/var/lib/navarch";

    public static Task<Outcome> RunAsync(string kubeconfig, params IReadOnlyList<string> arguments) =>
        RunAsync(new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig }, arguments);

    /// <summary>Before a cluster is deleted, its logs are looked through for secrets.</summary>
    public static async Task<Outcome> RunAsync(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments)
    {
        if (arguments is ["delete", "-p", var profile, ..])
        {
            SecretLeaks.ThrowIfIn(Path.Combine(States, profile, "logs"));
        }

        return await Command.RunAsync(Launcher, arguments, environment);
    }

    private static string FindLauncher()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Navarch.slnx")))
            {
                return Path.Combine(folder.FullName, "navarch");
            }
        }

        throw new InvalidOperationException("set NAVARCH to the launcher's path");
    }
}
