namespace Navarch.Proving.Tests.Faults;

/// <summary>What a test cannot do without. It is skipped, with the reason, where that is missing.</summary>
internal static class Needs
{
    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "Profiles lie in /var/lib/navarch: use `sudo ./navarch test`.");
}
