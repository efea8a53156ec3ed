using System.Globalization;
using Navarch.Kubelet.Kernel;

namespace Navarch.Kubelet.Volumes;

/// <summary>
/// A directory whose files change together: a reader sees all of one version or all of the next, never a mixture.
/// </summary>
/// <remarks>
/// <code>
///   key            -> ..data/key
///   ..data         -> ..2026_11_21_12_00_00.123456789      renamed into place: the one moment of the change
///   ..2026_11_21_12_00_00.123456789/key
/// </code>
/// Programs that watch for changes know this layout, so the names are upstream's. After a crash at any point the old
/// version is whole, and the next write removes what the crashed one left.
/// </remarks>
internal sealed class AtomicDirectory(string directory, TimeProvider time)
{
    private const string Data = "..data";
    private const string NextData = "..data_tmp";

    /// <summary>Makes <paramref name="files"/> (relative path to content) all that the directory has.</summary>
    /// <param name="gid">Group that may read the files, or null.</param>
    /// <returns>False when nothing had to change.</returns>
    public bool Write(IReadOnlyDictionary<string, VolumeFile> files, long? gid)
    {
        foreach (var path in files.Keys)
        {
            Require(path);
        }
        var current = new DirectoryInfo(Path.Combine(directory, Data)).LinkTarget;
        if (current is not null && IsSame(Path.Combine(directory, current), files, gid))
        {
            Link(files);
            return false;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var version = now.ToString("..yyyy_MM_dd_HH_mm_ss.", CultureInfo.InvariantCulture) + (now.Ticks % TimeSpan.TicksPerSecond * 100).ToString("D9", CultureInfo.InvariantCulture);
        while (Directory.Exists(Path.Combine(directory, version)))
        {
            version += "0"; // A clock that stands still or went back.
        }
        try
        {
            Fill(Path.Combine(directory, version), files, gid);
        }
        catch
        {
            // It is tried again and again: half a version each time would fill the node's memory.
            Directory.Delete(Path.Combine(directory, version), recursive: true);
            throw;
        }

        var next = Path.Combine(directory, NextData);
        File.Delete(next);
        File.CreateSymbolicLink(next, version);
        Posix.Rename(next, Path.Combine(directory, Data));
        Link(files);
        foreach (var old in Directory.GetDirectories(directory, "..2*").Where(old => Path.GetFileName(old) != version))
        {
            Directory.Delete(old, recursive: true);
        }
        return true;
    }

    /// <summary>The first names of the paths, as links that lead through ..data.</summary>
    private void Link(IReadOnlyDictionary<string, VolumeFile> files)
    {
        var names = files.Keys.Select(path => path.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var link = Path.Combine(directory, name);
            var target = Data + "/" + name;
            if (new FileInfo(link).LinkTarget != target)
            {
                File.Delete(link);
                File.CreateSymbolicLink(link, target);
            }
        }
        foreach (var entry in new DirectoryInfo(directory).GetFileSystemInfos())
        {
            if (!entry.Name.StartsWith("..", StringComparison.Ordinal) && !names.Contains(entry.Name) && entry.LinkTarget is not null)
            {
                File.Delete(entry.FullName);
            }
        }
    }

    private static void Fill(string version, IReadOnlyDictionary<string, VolumeFile> files, long? gid)
    {
        MakeDirectory(version, gid);
        foreach (var (path, file) in files)
        {
            var parent = version;
            foreach (var name in path.Split('/').SkipLast(1))
            {
                parent = Path.Combine(parent, name);
                MakeDirectory(parent, gid);
            }
            var full = Path.Combine(version, path);
            using (var stream = new FileStream(full, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                stream.Write(file.Content.Span);
            }
            Posix.ChangeOwner(full, file.Uid ?? -1, gid ?? -1);
            File.SetUnixFileMode(full, ModeOf(file, gid));
        }
    }

    private static void MakeDirectory(string path, long? gid)
    {
        if (Directory.Exists(path))
        {
            return;
        }
        Directory.CreateDirectory(path);
        // Others may look inside whatever the umask says: the files have modes of their own.
        const int ReadableByAll = 0b111_101_101;
        File.SetUnixFileMode(path, (UnixFileMode)ReadableByAll | (gid is null ? 0 : UnixFileMode.SetGroup));
        if (gid is { } group)
        {
            Posix.ChangeOwner(path, -1, group);
        }
    }

    private static bool IsSame(string version, IReadOnlyDictionary<string, VolumeFile> files, long? gid)
    {
        if (!Directory.Exists(version) || Directory.GetFiles(version, "*", SearchOption.AllDirectories).Length != files.Count)
        {
            return false;
        }
        foreach (var (path, file) in files)
        {
            var full = Path.Combine(version, path);
            if (!File.Exists(full) || File.GetUnixFileMode(full) != ModeOf(file, gid) || !File.ReadAllBytes(full).AsSpan().SequenceEqual(file.Content.Span))
            {
                return false;
            }
        }
        return true;
    }

    // A pod's group can read its volumes even where the mode forgot it.
    private static UnixFileMode ModeOf(VolumeFile file, long? gid) =>
        (UnixFileMode)file.Mode | (gid is null ? 0 : UnixFileMode.GroupRead);

    private static void Require(string path)
    {
        if (path.Length is 0 or > 4095 || Path.IsPathRooted(path) || path.StartsWith("..", StringComparison.Ordinal)
            || path.Split('/').Any(name => name is "" or ".." || name.Length > 255))
        {
            throw new IOException($"\"{path}\" cannot be the path of a file in a volume");
        }
    }
}
