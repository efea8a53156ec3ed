namespace Navarch.Storage;

/// <summary>What happened to the key of a <see cref="StoreEvent"/>.</summary>
public enum StoreEventType
{
    /// <summary>The key was created or got a new value.</summary>
    Put,

    /// <summary>The key was removed.</summary>
    Delete,
}

/// <summary>
/// One change of the store. There is exactly one for every revision after the first; only keys that expire together in etcd are
/// deleted by events of one revision, which are never parted.
/// </summary>
public sealed record StoreEvent
{
    public required StoreEventType Type { get; init; }

    public required string Key { get; init; }

    /// <summary>The revision of this change.</summary>
    public required long ModRevision { get; init; }

    /// <summary>The revision that created the key; equal to <see cref="ModRevision"/> if this change did.</summary>
    public required long CreateRevision { get; init; }

    /// <summary>How many values the key has had since its creation, this one included. 0 for a delete.</summary>
    public required long Version { get; init; }

    /// <summary>The new bytes. Empty for a delete.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>What the key held until this change; null if this change created it.</summary>
    public required StoredValue? Previous { get; init; }

    /// <summary>
    /// What the writer gave in <see cref="StoreWrite.State"/>. Null when the event was read from history, was made by
    /// another process or by the store itself (expiry).
    /// </summary>
    public object? State { get; init; }

    /// <summary>Whether the key did not exist before this change.</summary>
    public bool IsCreate => Type == StoreEventType.Put && Version == 1;

    /// <summary>The entry that this change left behind; null for a delete.</summary>
    public StoredValue? Stored => Type == StoreEventType.Put ? new(Key, Value, CreateRevision, ModRevision, Version) : null;
}
