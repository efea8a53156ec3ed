using System.Globalization;

namespace Navarch.Cluster.Machine;

/// <summary>The cgroups of one profile, in whichever hierarchies the machine has (v1: one per controller; v2: one).</summary>
internal static class Cgroups
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>The folders that stand for <paramref name="cgroup"/>, such as <c>/navarch-demo</c>.</summary>
    public static IReadOnlyList<string> FoldersOf(string cgroup)
    {
        var relative = cgroup.TrimStart('/');
        return [.. Directory.EnumerateDirectories(Root).Prepend(Root).Select(hierarchy => Path.Combine(hierarchy, relative)).Where(Directory.Exists)];
    }

    /// <summary>All processes in the cgroup and below it.</summary>
    public static IReadOnlyList<int> ProcessesIn(string cgroup) =>
        [.. FoldersOf(cgroup)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "cgroup.procs", SearchOption.AllDirectories))
            .SelectMany(ReadLines)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture))
            .Where(pid => pid != 0)
            .Distinct()];

    /// <summary>Removes the cgroup and everything below it.</summary>
    /// <returns>Whether all are gone; a process that is still ending keeps its cgroup for a moment.</returns>
    public static bool TryRemove(string cgroup)
    {
        var removed = true;
        foreach (var folder in FoldersOf(cgroup))
        {
            foreach (var child in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)
                .Append(folder)
                .OrderByDescending(path => path.Length)
                .ToList())
            {
                removed &= TryRemoveFolder(child);
            }
        }

        return removed;
    }

    // A cgroup's files cannot be unlinked, only the folder as a whole; Directory.Delete does just that when not recursive.
    private static bool TryRemoveFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: false);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return []; // Removed meanwhile.
        }
    }
}
