namespace Navarch.Storage.Sqlite;

/// <summary>Whether a write may be made, and what it makes.</summary>
internal static class WriteDecision
{
    /// <summary>
    /// The event that <paramref name="write"/> becomes at <paramref name="revision"/> over <paramref name="current"/>, or null if
    /// its condition does not hold. Depends on its arguments alone.
    /// </summary>
    public static StoreEvent? Decide(StoreWrite write, StoredValue? current, long revision)
    {
        var isExpected = write.ExpectedRevision is null || write.ExpectedRevision == (current?.ModRevision ?? 0);
        if (!isExpected || (write.IsDelete && current is null))
        {
            return null;
        }
        return new()
        {
            Type = write.IsDelete ? StoreEventType.Delete : StoreEventType.Put,
            Key = write.Key,
            Value = write.Value ?? default,
            ModRevision = revision,
            CreateRevision = current?.CreateRevision ?? revision,
            Version = write.IsDelete ? 0 : (current?.Version ?? 0) + 1,
            Previous = current,
            State = write.State,
        };
    }
}
