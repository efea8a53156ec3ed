using System.Text;

namespace Navarch.Storage.Sqlite;

/// <summary>
/// Holds the exclusive right to a database file, and has it exist with mode 0600, for as long as it is not disposed.
/// </summary>
/// <remarks>
/// The lock is on a file beside: SQLite's own locks on the database are POSIX locks, which vanish when any descriptor
/// of the same file is closed anywhere in the process. The kernel releases the lock when the process dies. The
/// lock file stays, and remembers that the database once held data, so that one that was emptied or lost is not
/// taken for a new one.
/// </remarks>
internal sealed class DataFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // The first line of the lock file once there is data.
    private const string InUse = "holds data\n";

    // EWOULDBLOCK, which .NET hands on from flock.
    private const int WouldBlock = 11;

    private readonly FileStream lockFile;

    /// <exception cref="StoreInUseException">Another process has it.</exception>
    /// <exception cref="StoreDataException">The data is gone.</exception>
    /// <exception cref="IOException">The directory or the files cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, by permission.</exception>
    public DataFile(string path)
    {
        Path = path;
        var directory = System.IO.Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        lockFile = Lock(path + ".lock");
        try
        {
            var file = new FileInfo(path);
            if (HeldData() && (!file.Exists || file.Length == 0))
            {
                throw new StoreDataException(
                    $"{path} {(file.Exists ? "is empty" : "is missing")}, but it held data. Restore a backup, or remove {lockFile.Name} to begin anew without it");
            }

            // SQLite gives its other files the mode of this one.
            using (File.Open(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly }))
            {
            }
            foreach (var existing in new[] { path, path + "-wal", path + "-shm" }.Where(File.Exists))
            {
                File.SetUnixFileMode(existing, OwnerOnly);
            }
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>Remembers that there is data now.</summary>
    public void MarkInUse()
    {
        if (!HeldData())
        {
            lockFile.Position = 0;
            lockFile.Write(Encoding.ASCII.GetBytes(InUse));
            lockFile.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => lockFile.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB). Without a buffer, so that nothing is left to flush on disposal.
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
                BufferSize = 0,
            });
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new StoreInUseException($"the data is in use by another process; `fuser {path}` names it", e);
        }
    }

    private bool HeldData()
    {
        var start = new byte[InUse.Length];
        lockFile.Position = 0;
        return lockFile.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && Encoding.ASCII.GetString(start) == InUse;
    }
}
