using System.Globalization;
using System.IO.Compression;
using Navarch.Kubelet.Kernel;

namespace Navarch.Kubelet.Logs;

/// <summary>Where logs lie: <c>ROOT/NAMESPACE_NAME_UID/CONTAINER/ATTEMPT.log</c>, and how they are kept small.</summary>
internal sealed class LogFiles(string root)
{
    /// <summary>Upstream's defaults: a container's logs take at most about 50 MiB.</summary>
    public const long BytesPerFileMax = 10 * 1024 * 1024;

    public const int FilesMax = 5;

    // Names come from the API, which allows none with a slash. A server that let one through must not choose our files.
    public string PodDirectory(string @namespace, string name, string uid) =>
        Path.Combine(root, $"{Safe(@namespace)}_{Safe(name)}_{Safe(uid)}");

    /// <summary>Opens a log. Only the runtime's own files are logs: a link that a pod with the node's directory has put there is none.</summary>
    /// <exception cref="IOException">There is no such log.</exception>
    public FileStream OpenRead(string path) => PlainFile.OpenRead(root, path);

    /// <summary>Relative to the pod's directory, as CRI wants it.</summary>
    public static string ContainerFile(string container, int attempt) =>
        Path.Combine(Safe(container), attempt.ToString(CultureInfo.InvariantCulture) + ".log");

    /// <summary>Removes the logs of a pod of which only the UID is known. Other kubelets may keep theirs in the same place.</summary>
    public void RemovePod(string uid)
    {
        foreach (var directory in Directory.Exists(root) ? Directory.EnumerateDirectories(root, "*_" + Safe(uid)) : [])
        {
            HostileTree.Remove(directory);
        }
    }

    /// <summary>
    /// Renames a log that has grown too long, has the runtime open a new one, and removes the oldest ones. Lines written
    /// between the two still go to the renamed file, so none is lost.
    /// </summary>
    public async Task RotateAsync(string path, DateTimeOffset now, Func<Task> reopen, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            return;
        }
        await using (var file = OpenRead(path))
        {
            if (file.Length < BytesPerFileMax)
            {
                return;
            }
        }

        var rotated = path + "." + now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        File.Move(path, rotated);
        try
        {
            await reopen();
        }
        catch
        {
            File.Move(rotated, path, overwrite: true); // The runtime still writes to this file.
            throw;
        }

        // Not by a pattern: "0.log.*" matches "0.log" too.
        var old = Directory.GetFiles(Path.GetDirectoryName(path)!)
            .Where(name => name.StartsWith(path + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        foreach (var surplus in old.Take(old.Count - (FilesMax - 1)))
        {
            File.Delete(surplus);
        }
        // Not the newest: its last lines may still be read by a follower.
        foreach (var plain in old.SkipLast(1).Where(name => !name.EndsWith(".gz", StringComparison.Ordinal) && File.Exists(name)))
        {
            await CompressAsync(plain, ct);
        }
    }

    private async Task CompressAsync(string path, CancellationToken ct)
    {
        var unfinished = path + ".tmp";
        File.Delete(unfinished);
        // A new file, as readable as the log it was. A link that appears here is an error.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)0b110_100_000 };
        await using (var from = OpenRead(path))
        await using (var to = new GZipStream(new FileStream(unfinished, options), CompressionLevel.Fastest))
        {
            await from.CopyToAsync(to, ct);
        }
        File.Move(unfinished, path + ".gz", overwrite: true);
        File.Delete(path);
    }

    private static string Safe(string name) =>
        name.Length > 0 && !name.Contains('/') && name is not "." and not ".."
            ? name
            : throw new ArgumentException($"\"{name}\" cannot be part of a file name");
}
