namespace Navarch.Storage.Snapshots;

/// <summary>Fills a store with the entries of a snapshot: many writes at a time, so that they share fsyncs.</summary>
/// <param name="timeToLive">How long entries of a key live from now on; null for ever.</param>
/// <param name="replaces">Whether what is there already may be of an earlier attempt; else it must not be there.</param>
public sealed class SnapshotLoader(IRevisionStore store, Func<string, TimeSpan?> timeToLive, bool replaces = false)
{
    // As many as the embedded engine puts into one transaction, twice: one is decided while the other is on its way to the disk.
    private const int WritesMax = 1024;
    private const long BytesMax = 32 << 20;

    private readonly Queue<(Task<CommitResult> Write, int Bytes)> underWay = [];
    private long bytes;

    /// <summary>How many entries are durable.</summary>
    public long Count { get; private set; }

    /// <summary>Begins to write an entry, when there is room for it.</summary>
    /// <exception cref="StoreException">This or an earlier entry could not be written.</exception>
    public async Task AddAsync(StoredValue entry, CancellationToken ct)
    {
        while (underWay.Count >= WritesMax || (bytes >= BytesMax && underWay.Count > 0))
        {
            await FinishOneAsync();
        }

        var write = new StoreWrite(entry.Key, entry.Value) { ExpectedRevision = replaces ? null : 0, TimeToLive = timeToLive(entry.Key) };
        underWay.Enqueue((store.CommitAsync(write, ct), entry.Value.Length));
        bytes += entry.Value.Length;
    }

    /// <summary>Returns when everything that was added is durable.</summary>
    public async Task FinishAsync()
    {
        while (underWay.Count > 0)
        {
            await FinishOneAsync();
        }
    }

    private async Task FinishOneAsync()
    {
        var (write, length) = underWay.Dequeue();
        bytes -= length;
        if (await write is CommitResult.Conflict { Current: var current })
        {
            throw new StoreDataException($"the store is not empty: it holds {current?.Key}");
        }

        Count++;
    }
}
