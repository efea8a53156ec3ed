using System.Buffers.Binary;
using System.Text;

namespace Navarch.Storage.Snapshots;

/// <summary>Reads what <see cref="EntryRecord"/> writes.</summary>
/// <param name="input">Read to its end or to the record that ends it; not disposed.</param>
public sealed class EntryRecordReader(Stream input)
{
    private readonly byte[] head = new byte[EntryRecord.HeadBytes];

    /// <summary>How many records were read.</summary>
    public long Count { get; private set; }

    /// <summary>What the last record said the revision is; 0 until then, and where there is no such record.</summary>
    public long EndRevision { get; private set; }

    /// <summary>The next entry; null at the end.</summary>
    /// <exception cref="InvalidDataException">The bytes are no records, or are cut off.</exception>
    public async ValueTask<StoredValue?> ReadAsync(CancellationToken ct)
    {
        var read = await input.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        if (read == 0)
        {
            return null;
        }

        var keyBytes = BinaryPrimitives.ReadInt32LittleEndian(head);
        var valueBytes = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        if (read < head.Length || keyBytes is < 0 or > EntryRecord.KeyBytesMax || valueBytes is < 0 or > EntryRecord.ValueBytesMax)
        {
            throw new InvalidDataException(read < head.Length ? "the last record is cut off" : "a record cannot be what it says");
        }

        var (create, mod, version) = (Number(8), Number(16), Number(24));
        if (keyBytes == 0)
        {
            EndRevision = create == Count ? mod : throw new InvalidDataException($"there are {Count} records and should be {create}");
            return null;
        }

        var body = new byte[keyBytes + valueBytes];
        try
        {
            await input.ReadExactlyAsync(body, ct);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("the last record is cut off");
        }

        Count++;
        return new StoredValue(Encoding.UTF8.GetString(body, 0, keyBytes), body.AsMemory(keyBytes), create, mod, version);
    }

    private long Number(int at) => BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(at));
}
