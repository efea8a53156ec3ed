using System.Globalization;

namespace Navarch.Cluster.Profiles;

/// <summary>
/// Keeps start, stop and delete of one profile apart. The kernel's lock decides (it is gone with its holder, however that
/// ends); a file beside it only tells the loser who holds it.
/// </summary>
public sealed class ProfileLock : IDisposable
{
    private readonly FileStream _file;

    private ProfileLock(FileStream file) => _file = file;

    /// <exception cref="ClusterException">Another command holds the lock: the message names it and its process.</exception>
    public static ProfileLock Acquire(ProfilePaths paths, string command)
    {
        Directory.CreateDirectory(paths.RunRoot);
        FileStream file;
        try
        {
            // .NET takes flock(LOCK_EX | LOCK_NB) for FileShare.None.
            file = new FileStream(paths.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new ClusterException(
                $"another command is working on \"{paths.Profile}\": {Holder(paths.LockFile)} is running",
                "wait for it to end, then try again",
                e);
        }

        File.WriteAllText(HolderOf(paths.LockFile), string.Create(CultureInfo.InvariantCulture, $"navarch {command} (pid {Environment.ProcessId})"));
        return new ProfileLock(file);
    }

    /// <summary>Gives the lock up and takes its file away, so that a deleted profile leaves nothing.</summary>
    public void Dispose()
    {
        // Removed while still locked: whoever finds no file from now on makes a new one, and this command is done anyway.
        File.Delete(HolderOf(_file.Name));
        File.Delete(_file.Name);
        _file.Dispose();
        try
        {
            Directory.Delete(Path.GetDirectoryName(_file.Name)!);
        }
        catch (IOException)
        {
            // Other profiles, or this one, still have something there.
        }
    }

    // A file of its own: .NET asks for a shared lock even to read, which the holder's lock refuses.
    private static string HolderOf(string lockFile) => lockFile + ".holder";

    private static string Holder(string lockFile)
    {
        try
        {
            return File.ReadAllText(HolderOf(lockFile));
        }
        catch (IOException)
        {
            return "a navarch command"; // It has only just begun, or ends right now.
        }
    }
}
