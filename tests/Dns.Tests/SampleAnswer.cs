using System.Buffers.Binary;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Tests;

/// <summary>Messages as other servers send them.</summary>
internal static class SampleAnswer
{
    public static byte[] Of(string name, ushort type, params byte[][] records) => To(Ask.For(name, type), records);

    public static byte[] To(ReadOnlySpan<byte> request, params byte[][] records) => To(request, ResponseCode.NoError, records, []);

    public static byte[] To(ReadOnlySpan<byte> request, ResponseCode code, byte[][] answers, byte[][] authorities)
    {
        var end = Header.Bytes;
        WireName.TrySkip(request, ref end);
        end += 4;
        byte[] message = [.. request[..end], .. answers.SelectMany(record => record), .. authorities.SelectMany(record => record)];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(Header.Flags), (ushort)(Header.IsResponse | Header.RecursionDesired | Header.RecursionAvailable | (int)code));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(Header.Answers), (ushort)answers.Length);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(Header.Authorities), (ushort)authorities.Length);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(Header.Additionals), 0);
        return message;
    }

    public static byte[] Address(string owner, uint timeToLive, params byte[] address) => Record(owner, RecordType.A, timeToLive, address);

    public static byte[] Record(string owner, ushort type, uint timeToLive, byte[] data) =>
    [
        .. WireName.Parse(owner), (byte)(type >> 8), (byte)type, 0, 1,
        (byte)(timeToLive >> 24), (byte)(timeToLive >> 16), (byte)(timeToLive >> 8), (byte)timeToLive,
        (byte)(data.Length >> 8), (byte)data.Length, .. data,
    ];

    public static byte[] Start(string owner, uint timeToLive, uint minimum)
    {
        var data = new byte[22];
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(18), minimum);
        return Record(owner, RecordType.SOA, timeToLive, data);
    }
}
