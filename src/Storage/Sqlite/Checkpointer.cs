namespace Navarch.Storage.Sqlite;

/// <summary>Copies the write-ahead log into the database file now and then, so that the log does not grow without end.</summary>
/// <remarks>
/// <para>
/// The work is done by a thread and a connection of its own: copying and the fsync of the database file take as long as they
/// take while commits go on. When everything was copied, SQLite starts the log from its beginning at the next commit.
/// Under constant writing the background pass never catches up, because the log grows behind it. So if
/// the log is still too long after one, the writer makes the next pass itself: it copies only what was written
/// during the first, and nobody writes meanwhile.
/// </para>
/// <para>
/// SQLite before 3.51.3 can lose commits when a checkpoint begins on a log that is completely copied already, at the moment
/// in which a writer restarts that log (https://sqlite.org/wal.html#walresetbug); distributions ship such versions. Here
/// it cannot happen, by one rule: <b>only the writer starts a pass, and only after a commit before which no pass was
/// running.</b> The frames of that commit cannot have been copied by anyone, so the log is not completely copied, and
/// nobody restarts it before this very pass has copied them.
/// </para>
/// </remarks>
internal sealed class Checkpointer : IDisposable
{
    // The writer steps in when the log is this many times longer than what starts a background pass.
    private const int WriterPassFactor = 4;
    private const int BytesPerFrame = 4096 + 24;

    private readonly SqliteConnection connection;
    private readonly int framesMax;
    private readonly Thread thread;
    private readonly SemaphoreSlim requests = new(0);
    private volatile bool isStopping;

    // 1 from when the writer requests a pass until the pass has ended. Set by the writer, cleared by the thread.
    private int isRunning;
    private bool wasIdleBeforeCommit;
    private bool lastPassWasBackground;

    /// <param name="path">The database file.</param>
    /// <param name="logBytesMax">The length of the log that starts a background pass.</param>
    public Checkpointer(string path, long logBytesMax)
    {
        framesMax = (int)Math.Max(1, logBytesMax / BytesPerFrame);
        connection = new(path);
        thread = new(Run) { IsBackground = true, Name = "store checkpoint" };
        thread.Start();
    }

    /// <summary>The writer is about to commit.</summary>
    public void BeforeCommit() => wasIdleBeforeCommit = Volatile.Read(ref isRunning) == 0;

    /// <summary>The writer has committed.</summary>
    public void AfterCommit(WriteConnection writer)
    {
        if (!wasIdleBeforeCommit || writer.FramesInLog < framesMax)
        {
            return;
        }
        if (lastPassWasBackground && writer.FramesInLog >= framesMax * WriterPassFactor)
        {
            lastPassWasBackground = false;
            CheckpointInWriter(writer);
            return;
        }
        lastPassWasBackground = true;
        Volatile.Write(ref isRunning, 1);
        requests.Release();
    }

    /// <summary>The disk is full: what can be copied makes room in the log, where commits go first.</summary>
    public void OnFullDisk(WriteConnection writer)
    {
        if (Volatile.Read(ref isRunning) == 0)
        {
            CheckpointInWriter(writer); // On the thread that would restart the log, so nothing can race.
        }
    }

    public void Dispose()
    {
        isStopping = true;
        requests.Release();
        thread.Join();
        connection.Dispose();
        requests.Dispose();
    }

    private static void CheckpointInWriter(WriteConnection writer)
    {
        try
        {
            writer.Checkpoint();
        }
        catch (SqliteException e) when (e.IsOutside)
        {
            // The log keeps what could not be copied, and a later pass copies it.
        }
    }

    private void Run()
    {
        while (true)
        {
            requests.Wait();
            if (isStopping)
            {
                return;
            }
            try
            {
                connection.Checkpoint();
            }
            catch (SqliteException)
            {
                // As above. Damage is not decided here: the writer meets it itself and ends the store.
            }
            Volatile.Write(ref isRunning, 0);
        }
    }
}
