using System.Buffers.Binary;

namespace Navarch.Network.Netlink;

/// <summary>Reads attributes out of a message. Foreign bytes: a length that does not fit ends the reading, it never throws.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public ushort Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool MoveNext()
    {
        if (rest.Length < 4)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (length < 4 || length > rest.Length)
        {
            return false;
        }
        Type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) & 0x3fff);
        Value = rest[4..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return true;
    }

    /// <summary>The first attribute of <paramref name="type"/> in <paramref name="bytes"/>; empty if there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> bytes, ushort type)
    {
        var attributes = new NetlinkAttributes(bytes);
        while (attributes.MoveNext())
        {
            if (attributes.Type == type)
            {
                return attributes.Value;
            }
        }
        return default;
    }
}
