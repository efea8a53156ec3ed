namespace Navarch.Storage.Tests;

/// <summary>A store as one would explain it: everything that ever happened, in a list.</summary>
internal sealed class RevisionStoreModel
{
    public List<StoreEvent> History { get; } = [];

    public long Revision => History.Count + 1;

    public StoredValue? Get(string key) => History.LastOrDefault(change => change.Key == key)?.Stored;

    public IEnumerable<StoredValue> Range(string prefix) =>
        History.Select(change => change.Key).Distinct().Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(Get).OfType<StoredValue>();

    public CommitResult Commit(StoreWrite write)
    {
        var current = Get(write.Key);
        if ((write.ExpectedRevision is { } expected && expected != (current?.ModRevision ?? 0)) || (write.IsDelete && current is null))
        {
            return new CommitResult.Conflict(current);
        }
        var change = new StoreEvent
        {
            Type = write.IsDelete ? StoreEventType.Delete : StoreEventType.Put,
            Key = write.Key,
            Value = write.Value ?? default,
            ModRevision = Revision + 1,
            CreateRevision = current?.CreateRevision ?? Revision + 1,
            Version = write.IsDelete ? 0 : (current?.Version ?? 0) + 1,
            Previous = current,
        };
        History.Add(change);
        return new CommitResult.Committed(change);
    }
}
