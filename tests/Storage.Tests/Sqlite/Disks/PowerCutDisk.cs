using System.Diagnostics;

namespace Navarch.Storage.Tests.Sqlite.Disks;

/// <summary>
/// A disk whose power fails: at a call that was chosen before, the process writes what the disk would have kept to another
/// directory and kills itself. The index of the log in shared memory is not a file of the disk and is gone.
/// </summary>
/// <param name="database">Where it is.</param>
/// <param name="after">Where it is to be found after the power cut.</param>
/// <param name="calls">At which of the calls that change the disk.</param>
/// <param name="isHonest">Whether a sync is one, or is only said to be.</param>
internal sealed class PowerCutDisk(string database, string after, Random random, int calls, bool isHonest) : IDisk
{
    // One thread at a time: so a cut finds everything at rest. Guards all below.
    private readonly Lock gate = new();
    private readonly Dictionary<string, VolatileFile> files = [];
    private int callsLeft = calls;

    public int Write(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            FileLocked(path).Write(offset, bytes);
            SpendCallLocked(); // The call in which it dies may be half done, too.
            return 0;
        }
    }

    public int Truncate(string path, long length)
    {
        lock (gate)
        {
            FileLocked(path).Truncate(length);
            SpendCallLocked();
            return 0;
        }
    }

    public int Sync(string path)
    {
        lock (gate)
        {
            SpendCallLocked();
            if (isHonest)
            {
                FileLocked(path).Sync();
            }
            return 0;
        }
    }

    public int Delete(string path)
    {
        lock (gate)
        {
            SpendCallLocked();
            files.Remove(path);
            return 0;
        }
    }

    private VolatileFile FileLocked(string path)
    {
        if (!files.TryGetValue(path, out var file))
        {
            files[path] = file = new VolatileFile(path);
        }
        return file;
    }

    // At the last one, time ends, in the middle of what is going on.
    private void SpendCallLocked()
    {
        if (--callsLeft > 0)
        {
            return;
        }

        var kept = !isHonest ? 0 : random.Next(4) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
        foreach (var path in new[] { database, database + "-wal", database + "-journal" }.Where(File.Exists))
        {
            File.WriteAllBytes(after + path[database.Length..], FileLocked(path).AfterPowerCut(random, kept));
        }
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.CurrentThread.Join(); // Holds the lock until the signal comes.
    }
}
