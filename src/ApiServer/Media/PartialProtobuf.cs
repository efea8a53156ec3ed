using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Media;

/// <summary>Objects reduced to their metadata, cut out of their protobuf.</summary>
internal static class PartialProtobuf
{
    private const string Kind = "PartialObjectMetadata";

    public static byte[] Write(StoredObject value, string version)
    {
        var writer = new ProtoWriter();
        var end = ApiProto.BeginEnvelope(writer);
        writer.Raw(MessageOf(value));
        ApiProto.EndEnvelope(writer, end, ApiVersion(version), Kind);
        return writer.Written.ToArray();
    }

    public static byte[] WriteList(ListMeta metadata, IReadOnlyList<StoredObject> items, string version)
    {
        var writer = new ProtoWriter(16 * 1024);
        var end = ApiProto.BeginEnvelope(writer);
        for (var i = items.Count - 1; i >= 0; i--)
        {
            writer.Bytes(2, MessageOf(items[i]));
        }

        var head = writer.BeginMessage();
        metadata.WriteProto(writer);
        writer.EndMessage(1, head);
        ApiProto.EndEnvelope(writer, end, ApiVersion(version), Kind + "List");
        return writer.Written.ToArray();
    }

    public static byte[] Bookmark(ObjectMeta metadata, string version)
    {
        var writer = new ProtoWriter();
        var end = ApiProto.BeginEnvelope(writer);
        var mark = writer.BeginMessage();
        metadata.WriteProto(writer);
        writer.EndMessage(1, mark);
        ApiProto.EndEnvelope(writer, end, ApiVersion(version), Kind);
        return writer.Written.ToArray();
    }

    private static string ApiVersion(string version) => version == "v1beta1" ? "meta.k8s.io/v1beta1" : "meta.k8s.io/v1";

    /// <summary>Metadata is field 1 of every kind and comes first, as it does in a PartialObjectMetadata.</summary>
    private static ReadOnlySpan<byte> MessageOf(StoredObject value)
    {
        var message = ApiProto.MessageIn(value.Protobuf).Span;
        var (at, length, shift) = (1, 0, 0);
        while (true)
        {
            var next = message[at++];
            length |= (next & 0x7f) << shift;
            if (next < 0x80)
            {
                return message[..(at + length)];
            }

            shift += 7;
        }
    }
}
