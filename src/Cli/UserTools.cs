namespace Navarch.Cli;

/// <summary>Programs that make a cluster pleasant to use and that it does not need.</summary>
internal static class UserTools
{
    public static bool HasKubectl =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(["/usr/local/bin", "/usr/bin", "/snap/bin"])
            .Any(folder => File.Exists(Path.Combine(folder, "kubectl")));
}
