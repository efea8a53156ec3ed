using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Navarch.Cluster.Machine;

/// <summary>What is mounted below a folder, and its end.</summary>
internal static partial class Mounts
{
    private const int Detach = 2; // MNT_DETACH: gone from view now, from the kernel when its last user is.

    public static IReadOnlyList<string> Below(string folder) =>
        [.. File.ReadLines("/proc/self/mountinfo")
            .Select(line => Unescape(line.Split(' ')[4]))
            .Where(point => point == folder || point.StartsWith(folder + "/", StringComparison.Ordinal))
            .OrderByDescending(point => point.Length)];

    /// <summary>Unmounts everything below <paramref name="folder"/>, the innermost first.</summary>
    public static void RemoveBelow(string folder)
    {
        foreach (var point in Below(folder))
        {
            _ = umount2(point, Detach);
        }
    }

    // proc_pid_mountinfo(5): space, tab, newline and backslash are written as three octal digits.
    internal static string Unescape(string text) =>
        Octal().Replace(text, match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString());

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}
