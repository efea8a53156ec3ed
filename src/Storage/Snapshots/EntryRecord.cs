using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Navarch.Storage.Snapshots;

/// <summary>Entries of a store as bytes, one after the other: how they leave a server, and how they lie in a backup.</summary>
/// <remarks>
/// All numbers are little-endian: 4 bytes length of the key, 4 bytes length of the value, then create revision, mod revision and
/// version of 8 bytes each, then key and value. A record without a key ends a stream: in place of its revisions it says how
/// many records there were, and of which revision they are.
/// </remarks>
public static class EntryRecord
{
    internal const int HeadBytes = 32;

    // What an engine accepts is less; more is damage, and must not be allocated.
    internal const int KeyBytesMax = 64 << 10;
    internal const int ValueBytesMax = 64 << 20;

    public static void Write(IBufferWriter<byte> output, StoredValue entry)
    {
        var keyBytes = Encoding.UTF8.GetByteCount(entry.Key);
        var head = output.GetSpan(HeadBytes + keyBytes);
        WriteHead(head, keyBytes, entry.Value.Length, entry.CreateRevision, entry.ModRevision, entry.Version);
        Encoding.UTF8.GetBytes(entry.Key, head[HeadBytes..]);
        output.Advance(HeadBytes + keyBytes);
        output.Write(entry.Value.Span);
    }

    /// <summary>Ends a stream.</summary>
    public static void WriteEnd(IBufferWriter<byte> output, long count, long revision)
    {
        WriteHead(output.GetSpan(HeadBytes), 0, 0, count, revision, 0);
        output.Advance(HeadBytes);
    }

    private static void WriteHead(Span<byte> head, int keyBytes, int valueBytes, long create, long mod, long version)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head, keyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], valueBytes);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], create);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], mod);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], version);
    }
}
