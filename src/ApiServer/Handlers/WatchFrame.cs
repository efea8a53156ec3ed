using System.Buffers;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Handlers;

/// <summary>Writes one line of a watch response: <c>{"type":"MODIFIED","object":…}\n</c>.</summary>
internal static class WatchFrame
{
    // Runs once per event and watcher: with 1,000 watchers nothing in the server is hotter. `json` is the object
    // as it was serialized once, when it was stored; `output` is the connection's pipe, whose blocks are pooled.
    // A frame is therefore three copies and leaves nothing to collect.
    public static void Write(IBufferWriter<byte> output, WatchItemType type, ReadOnlySpan<byte> json) => Write(output, Head(type), json);

    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> head, ReadOnlySpan<byte> json)
    {
        var length = head.Length + json.Length + Tail.Length;
        var frame = output.GetSpan(length);
        head.CopyTo(frame);
        json.CopyTo(frame[head.Length..]);
        Tail.CopyTo(frame[(head.Length + json.Length)..]);
        output.Advance(length);
    }

    public static ReadOnlySpan<byte> Bookmark => "{\"type\":\"BOOKMARK\",\"object\":"u8;

    public static ReadOnlySpan<byte> Error => "{\"type\":\"ERROR\",\"object\":"u8;

    public static ReadOnlySpan<byte> Head(WatchItemType type) => type switch
    {
        WatchItemType.Added => "{\"type\":\"ADDED\",\"object\":"u8,
        WatchItemType.Modified => "{\"type\":\"MODIFIED\",\"object\":"u8,
        _ => "{\"type\":\"DELETED\",\"object\":"u8,
    };

    private static ReadOnlySpan<byte> Tail => "}\n"u8;
}
