using System.Buffers.Binary;

namespace Navarch.Dns.Messages;

/// <summary>What stands between the name of a record and its data.</summary>
/// <param name="TimeToLiveAt">Where in the message the time to live stands.</param>
/// <param name="DataAt">Where the data begins.</param>
internal readonly record struct RecordHead(ushort Type, ushort Class, uint TimeToLive, int TimeToLiveAt, int DataAt, int DataLength)
{
    private const int Bytes = 10;

    /// <summary>Reads it and moves behind the record's data.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int at, out RecordHead head)
    {
        head = default;
        if (at + Bytes > message.Length)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        head = new(
            BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]),
            BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]),
            at + 4,
            at + Bytes,
            length);
        at += Bytes + length;
        return at <= message.Length;
    }
}

/// <summary>The record by which both sides say what they can (RFC 6891).</summary>
internal static class Edns
{
    public const int Bytes = 11;
    public const uint DnssecOk = 0x8000;

    /// <summary>Writes the record: who sends this takes up to <paramref name="udpBytes"/> in a datagram.</summary>
    public static void Write(Span<byte> to, int udpBytes, ResponseCode code, bool dnssecOk)
    {
        to[0] = 0; // Of the root.
        BinaryPrimitives.WriteUInt16BigEndian(to[1..], RecordType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(to[3..], (ushort)udpBytes);
        BinaryPrimitives.WriteUInt32BigEndian(to[5..], ((uint)code >> 4 << 24) | (dnssecOk ? DnssecOk : 0));
        BinaryPrimitives.WriteUInt16BigEndian(to[9..], 0);
    }
}
