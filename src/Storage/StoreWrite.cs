namespace Navarch.Storage;

/// <summary>One change to one key, and the condition under which it may be made.</summary>
/// <param name="Key">The key. Not empty.</param>
/// <param name="Value">The new bytes, which must not change afterwards; null deletes the key.</param>
public sealed record StoreWrite(string Key, ReadOnlyMemory<byte>? Value)
{
    /// <summary>Null: no condition. 0: the key must not exist. Otherwise: the key's ModRevision must be this.</summary>
    public long? ExpectedRevision { get; init; }

    /// <summary>
    /// Handed on untouched in <see cref="StoreEvent.State"/>, so that whoever wrote does not decode its own write
    /// again when it comes back as an event.
    /// </summary>
    public object? State { get; init; }

    /// <summary>
    /// After this time the store deletes the key by itself, as an ordinary delete with its own revision and event.
    /// Null: never. Counted from the commit on the wall clock (it survives restarts); a later write of the key
    /// replaces or removes it.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Whether this write deletes its key.</summary>
    public bool IsDelete => Value is null;

    /// <summary>A write that succeeds only where the key does not exist.</summary>
    public static StoreWrite Create(string key, ReadOnlyMemory<byte> value) => new(key, value) { ExpectedRevision = 0 };

    /// <summary>A write that succeeds only over the value of <paramref name="expectedRevision"/>, or whatever is there if null.</summary>
    public static StoreWrite Put(string key, ReadOnlyMemory<byte> value, long? expectedRevision = null) =>
        new(key, value) { ExpectedRevision = expectedRevision };

    /// <summary>Removes a key, if its value is that of <paramref name="expectedRevision"/>, or whatever is there if null.</summary>
    public static StoreWrite Delete(string key, long? expectedRevision = null) =>
        new(key, null) { ExpectedRevision = expectedRevision };

    /// <exception cref="ArgumentException">No engine can carry it out: too long, or its members contradict each other.</exception>
    internal void ThrowIfNotStorable(int valueBytesMax)
    {
        if (Value?.Length > valueBytesMax)
        {
            throw NotStorable($"the value of {Key} has {Value.Value.Length} bytes; the limit is {valueBytesMax}");
        }
        if (ExpectedRevision < 0 || (IsDelete && ExpectedRevision == 0))
        {
            throw NotStorable($"the write of {Key} expects revision {ExpectedRevision}, which it can never find");
        }
        if (TimeToLive is { } timeToLive && (IsDelete || timeToLive <= TimeSpan.Zero))
        {
            throw NotStorable($"the write of {Key} has a time to live of {timeToLive} but nothing that could live for it");
        }
    }

    // Callers know a write that cannot be stored by the name of the parameter they gave it as.
    internal static ArgumentException NotStorable(string message) => new(message, "write");
}
