using Google.Protobuf;
using Navarch.Storage.Etcd.Wire;

namespace Navarch.Storage.Etcd;

/// <summary>What comes over the wire in the terms of the store.</summary>
internal static class WireEvents
{
    public static string Key(this KeyValue entry) => entry.Key.ToStringUtf8();

    public static StoredValue ToStored(this KeyValue entry) => new(entry.Key(), entry.Value.Memory, entry.CreateRevision, entry.ModRevision, entry.Version);

    /// <summary>The revision that the change replaced; 0 if it created the key, -1 if that is not told because it was compacted.</summary>
    public static long PreviousRevision(this Event change) =>
        change.PrevKv?.ModRevision ?? (change.Type == Event.Types.EventType.Put && change.Kv.Version == 1 ? 0 : -1);

    public static StoreEvent ToStoreEvent(this Event change, string key, object? state)
    {
        var isDelete = change.Type == Event.Types.EventType.Delete;
        return new()
        {
            Type = isDelete ? StoreEventType.Delete : StoreEventType.Put,
            Key = key,
            ModRevision = change.Kv.ModRevision,
            CreateRevision = isDelete ? change.PrevKv?.CreateRevision ?? 0 : change.Kv.CreateRevision,
            Version = isDelete ? 0 : change.Kv.Version,
            Value = change.Kv.Value.Memory,
            Previous = change.PrevKv?.ToStored(),
            State = state,
        };
    }

    public static ByteString ToBytes(this byte[] key) => UnsafeByteOperations.UnsafeWrap(key);
}
