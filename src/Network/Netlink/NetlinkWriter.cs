using System.Buffers.Binary;
using System.Text;

namespace Navarch.Network.Netlink;

/// <summary>Builds one or more netlink messages in a buffer: header, body, attributes, padding.</summary>
/// <remarks>
/// Headers are in host order, attributes of netfilter in network order (<see cref="Attribute(ushort, uint)"/>), those of
/// rtnetlink in host order (<see cref="HostAttribute(ushort, uint)"/>): the two methods keep that difference visible.
/// </remarks>
internal sealed class NetlinkWriter
{
    public const int HeaderBytes = 16;
    public const ushort Request = 1;
    public const ushort Acknowledge = 4;
    public const ushort Dump = 0x300;
    public const ushort Create = 0x400;
    public const ushort Exclusive = 0x200;

    private const ushort NestedFlag = 0x8000;

    private byte[] buffer = new byte[4096];
    private int length;
    private int messageStart;

    public int Length => length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Begin(ushort type, ushort flags, uint sequence)
    {
        messageStart = length;
        var header = Take(HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], sequence);
    }

    public void End()
    {
        Pad();
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(messageStart), length - messageStart);
    }

    /// <summary>Sets flags of the message begun last, after it was ended.</summary>
    public void AddFlagsToLast(ushort flags)
    {
        var place = buffer.AsSpan(messageStart + 6);
        BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(place) | flags));
    }

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Starts a nested attribute; the result is what <see cref="EndNested"/> wants back.</summary>
    public int BeginNested(ushort type)
    {
        var start = length;
        var header = Take(4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)(type | NestedFlag));
        return start;
    }

    public void EndNested(int start)
    {
        var bytes = checked((ushort)(length - start));
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(start), bytes);
    }

    public void Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var attribute = Take(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], type);
        value.CopyTo(attribute[4..]);
        Pad();
    }

    public void Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    public void Attribute(ushort type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    public void HostAttribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Attribute(type, bytes);
    }

    public void Attribute(ushort type, string value)
    {
        var bytes = Encoding.ASCII.GetByteCount(value) + 1; // The kernel wants the terminating zero.
        var attribute = Take(4 + bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + bytes));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], type);
        Encoding.ASCII.GetBytes(value, attribute[4..]);
        Pad();
    }

    private void Pad() => Take(-length & 3);

    private Span<byte> Take(int bytes)
    {
        if (buffer.Length - length < bytes)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + bytes));
        }
        var taken = buffer.AsSpan(length, bytes);
        taken.Clear();
        length += bytes;
        return taken;
    }
}
