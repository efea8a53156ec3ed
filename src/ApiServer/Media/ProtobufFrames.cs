using System.Buffers;
using System.Buffers.Binary;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Media;

/// <summary>
/// Writes one frame of a watch in protobuf: four bytes of length, then a WatchEvent {1 type, 2 {1 envelope of the object}}.
/// </summary>
internal static class ProtobufFrames
{
    private const byte TypeTag = 0x0a;
    private const byte ObjectTag = 0x12;
    private const byte RawTag = 0x0a;

    // As hot as the frames in JSON: the envelope was made once for all watchers, a frame only copies it.
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> envelope)
    {
        var raw = 1 + VarintLength(envelope.Length) + envelope.Length;
        var message = 2 + type.Length + 1 + VarintLength(raw) + raw;
        var frame = output.GetSpan(4 + message);
        BinaryPrimitives.WriteInt32BigEndian(frame, message);
        var at = 4;
        frame[at++] = TypeTag;
        frame[at++] = (byte)type.Length;
        type.CopyTo(frame[at..]);
        at += type.Length;
        frame[at++] = ObjectTag;
        at += WriteVarint(frame[at..], raw);
        frame[at++] = RawTag;
        at += WriteVarint(frame[at..], envelope.Length);
        envelope.CopyTo(frame[at..]);
        output.Advance(4 + message);
    }

    public static ReadOnlySpan<byte> Bookmark => "BOOKMARK"u8;

    public static ReadOnlySpan<byte> Error => "ERROR"u8;

    public static ReadOnlySpan<byte> Type(WatchItemType type) => type switch
    {
        WatchItemType.Added => "ADDED"u8,
        WatchItemType.Modified => "MODIFIED"u8,
        _ => "DELETED"u8,
    };

    public static int VarintLength(int value) => value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;

    public static int WriteVarint(Span<byte> to, int value)
    {
        var at = 0;
        var rest = (uint)value;
        while (rest >= 0x80)
        {
            to[at++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        to[at++] = (byte)rest;
        return at;
    }
}
