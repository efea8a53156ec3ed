using System.Globalization;

namespace Navarch.Cluster.Backup;

/// <summary>A folder of a cluster's backups, each named by its time, of which only the newest are kept.</summary>
public sealed class BackupFolder(string folder, string cluster)
{
    private const string Extension = ".tar";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Where a backup made now goes.</summary>
    public string PathFor(DateTimeOffset now) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"navarch-{cluster}-{now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}{Extension}"));

    /// <summary>The backups of the cluster in the folder, the newest first. Other files are none.</summary>
    public IReadOnlyList<string> List() =>
        !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder).Where(IsBackup).OrderDescending(StringComparer.Ordinal)];

    /// <summary>Removes all but the newest, and what runs that were killed have left.</summary>
    /// <returns>The backups that were removed.</returns>
    public IReadOnlyList<string> Prune(int keep)
    {
        IReadOnlyList<string> surplus = [.. List().Skip(keep)];
        foreach (var file in surplus)
        {
            File.Delete(file);
        }

        foreach (var partial in Directory.EnumerateFiles(folder, "*" + Extension + ClusterBackup.PartialSuffix).Where(file => IsBackup(file[..^ClusterBackup.PartialSuffix.Length])))
        {
            RemoveIfUnused(partial);
        }

        return surplus;
    }

    private bool IsBackup(string file)
    {
        var name = Path.GetFileName(file);
        var start = $"navarch-{cluster}-";
        return name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal)
            && DateTime.TryParseExact(name[start.Length..^Extension.Length], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
    }

    // Whoever is still writing it has it locked.
    private static void RemoveIfUnused(string partial)
    {
        try
        {
            using (File.Open(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
            }

            File.Delete(partial);
        }
        catch (IOException)
        {
            // In use, or gone.
        }
    }
}
