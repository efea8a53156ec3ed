namespace Navarch.EndToEnd;

/// <summary>What a test cannot do without. It is skipped, with the reason, where that is missing.</summary>
internal static class Needs
{
    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "Running containers takes root: use `sudo ./navarch test`.");

    public static void Kubectl() => Assert.SkipUnless(EndToEnd.Kubectl.Programs.Count > 0, "There is no kubectl on this machine (Debian: kubernetes-client).");

    public static void Program(string name, string package) => Assert.SkipUnless(
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name))),
        $"There is no {name} on this machine (Debian: {package}).");
}
