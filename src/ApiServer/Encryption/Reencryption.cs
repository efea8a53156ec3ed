using Microsoft.Extensions.Logging;
using Navarch.ApiServer.WatchCache;
using Navarch.Storage;

namespace Navarch.ApiServer.Encryption;

/// <summary>
/// Rewrites, while the server serves, whatever is not stored as it would be now: under an older key, or not encrypted, or
/// encrypted though its kind no longer is.
/// </summary>
/// <remarks>
/// Each object is replaced over the very revision that was read, so that no write of anybody is undone; who was faster has used
/// the newest key already. What was done is seen in the store itself: a run that ended early is continued by the next.
/// A rewritten object has a new resourceVersion and is announced as modified, as after upstream's storage migration.
/// </remarks>
internal sealed partial class Reencryption(IRevisionStore store, Cache cache, ValueVault vault, ILogger log, CancellationToken stopping)
{
    // Enough for writes to share fsyncs, few enough that clients hardly notice.
    private const int WritesAtOnce = 16;

    // A write that was under way when the key changed is found by a further pass.
    private const int PassesMax = 5;

    private readonly Lock gate = new();

    // Guarded by `gate`:
    private bool isRunning;
    private string failure = "";

    private long done;
    private long total;

    /// <summary>Whether one is under way: what <see cref="Status"/> says, and so what clients go by.</summary>
    public bool IsRunning
    {
        get
        {
            lock (gate)
            {
                return isRunning;
            }
        }
    }

    /// <summary>Ends with the run that is under way.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Begins a run, unless one is under way.</summary>
    /// <param name="before">What must happen once it is certain that none is.</param>
    public bool TryStart(Action before)
    {
        lock (gate)
        {
            if (isRunning)
            {
                return false;
            }

            before();
            (isRunning, failure, done, total) = (true, "", 0, 0);
            Running = Task.Run(RunAsync, CancellationToken.None);
            return true;
        }
    }

    /// <param name="outdated">How many objects are not as they should be now.</param>
    /// <param name="isSure">Whether no run was under way while that was counted. If one was, the count says nothing of how it ended.</param>
    public ReencryptionStatus Status(long outdated, bool isSure = true)
    {
        lock (gate)
        {
            var state = isRunning || !isSure ? ReencryptionState.Running
                : failure.Length > 0 ? ReencryptionState.Failed
                : outdated > 0 ? ReencryptionState.Needed
                : ReencryptionState.Complete;
            return new ReencryptionStatus(state, Interlocked.Read(ref done), Math.Max(Interlocked.Read(ref total), Interlocked.Read(ref done)), failure);
        }
    }

    private async Task RunAsync()
    {
        var why = "";
        try
        {
            Interlocked.Exchange(ref total, (await KeyUse.ReadAsync(store, cache, vault.Keys.Active.Name, stopping)).Outdated);
            for (var pass = 1; pass <= PassesMax && await PassAsync() > 0; pass++)
            {
            }

            LogDone(Interlocked.Read(ref done), vault.Keys.Active.Name);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            why = "the server was stopped";
        }
        catch (Exception e)
        {
            why = e.Message;
            LogFailed(e);
        }

        lock (gate)
        {
            (isRunning, failure) = (false, why);
        }
    }

    /// <returns>How many objects were rewritten.</returns>
    private async Task<long> PassAsync()
    {
        var rewritten = 0L;
        var each = new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = stopping };
        await foreach (var page in store.RangePagesAsync(StoredKeys.Root, stopping))
        {
            var outdated = page.Entries.Where(entry => KeyUse.IsOutdated(entry, cache, vault.Keys.Active.Name));
            await Parallel.ForEachAsync(outdated, each, async (entry, ct) =>
            {
                if (await RewriteAsync(entry, ct))
                {
                    Interlocked.Increment(ref rewritten);
                    Interlocked.Increment(ref done);
                }
            });
        }

        return rewritten;
    }

    private async Task<bool> RewriteAsync(StoredValue entry, CancellationToken ct)
    {
        var kind = cache.FindCollection(entry.Key)!.Kind;
        for (var current = entry; current is not null && KeyUse.IsOutdated(current, cache, vault.Keys.Active.Name);)
        {
            ReadOnlyMemory<byte> plaintext;
            try
            {
                plaintext = vault.Decrypt(current.Key, current.Value);
            }
            catch (UnreadableValueException e)
            {
                LogUnreadable(current.Key, e.Message); // Left as it is: somebody may find the key.
                return false;
            }

            var write = StoreWrite.Put(current.Key, kind.IsEncrypted ? vault.Encrypt(current.Key, plaintext.Span) : plaintext, current.ModRevision);
            if (await store.CommitAsync(write with { TimeToLive = kind.Rules.Expiry }, ct) is not CommitResult.Conflict conflict)
            {
                return true;
            }

            current = conflict.Current; // Somebody was faster; mostly there is nothing left to do.
        }

        return false;
    }

    [LoggerMessage(LogLevel.Information, "{Count} objects were re-encrypted; {Key} encrypts")]
    private partial void LogDone(long count, string key);

    [LoggerMessage(LogLevel.Error, "the re-encryption ended early; it can be continued")]
    private partial void LogFailed(Exception cause);

    [LoggerMessage(LogLevel.Warning, "{Key} is not re-encrypted because it cannot be read: {Why}")]
    private partial void LogUnreadable(string key, string why);
}
