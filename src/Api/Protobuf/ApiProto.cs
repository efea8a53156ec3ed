namespace Navarch.Api.Protobuf;

/// <summary>
/// Whole objects in protobuf as the API sends them: the four bytes <c>k8s\0</c>, then a message with apiVersion and
/// kind and the object's own message as bytes.
/// </summary>
public static class ApiProto
{
    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The enveloped object.</summary>
    public static byte[] ToBytes<T>(IApiType<T> value, string apiVersion, string kind) where T : IApiType<T>
    {
        var writer = new ProtoWriter();
        var end = BeginEnvelope(writer);
        value.WriteProto(writer);
        EndEnvelope(writer, end, apiVersion, kind);
        return writer.Written.ToArray();
    }

    /// <summary>The enveloped object.</summary>
    public static byte[] ToBytes(IApiObject value)
    {
        var writer = new ProtoWriter();
        value.WriteEnvelope(writer);
        return writer.Written.ToArray();
    }

    /// <summary>Begins an envelope at its end; the message is to be written next.</summary>
    public static int BeginEnvelope(ProtoWriter writer)
    {
        writer.String(4, "");
        writer.String(3, "");
        return writer.BeginMessage();
    }

    /// <summary>Ends the envelope that was begun at <paramref name="end"/>.</summary>
    public static void EndEnvelope(ProtoWriter writer, int end, string apiVersion, string kind)
    {
        writer.EndMessage(2, end);
        EndHead(writer, apiVersion, kind);
    }

    /// <summary>What stands before a message of <paramref name="messageLength"/> bytes: for messages that are not in one piece.</summary>
    public static byte[] Head(long messageLength, string apiVersion, string kind)
    {
        var writer = new ProtoWriter(128);
        writer.Head(2, messageLength);
        EndHead(writer, apiVersion, kind);
        return writer.Written.ToArray();
    }

    /// <summary>What stands behind the message.</summary>
    public static ReadOnlySpan<byte> Tail => [0x1a, 0, 0x22, 0];

    /// <summary>The message in an envelope that this class has made.</summary>
    public static ReadOnlyMemory<byte> MessageIn(ReadOnlyMemory<byte> envelope)
    {
        var span = envelope.Span;
        var at = Magic.Length + 1;
        at += span[at] + 2; // The names are shorter than 128 bytes, so that one byte says how long they are.
        while (span[at++] >= 0x80)
        {
        }

        return envelope[at..^Tail.Length];
    }

    private static void EndHead(ProtoWriter writer, string apiVersion, string kind)
    {
        var end = writer.BeginMessage();
        writer.String(2, kind);
        writer.String(1, apiVersion);
        writer.EndMessage(1, end);
        writer.Raw(Magic);
    }

    /// <summary>Opens an envelope.</summary>
    /// <exception cref="ApiProtoException">The bytes are not an envelope.</exception>
    public static Envelope Open(ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.Span.StartsWith(Magic))
        {
            throw new ApiProtoException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        var reader = new ProtoReader(bytes.Span[Magic.Length..]);
        var (apiVersion, kind) = ("", "");
        ReadOnlyMemory<byte> raw = default;
        while (reader.NextField())
        {
            switch (reader.Number)
            {
                case 1:
                    var type = reader.Message();
                    while (type.NextField())
                    {
                        switch (type.Number)
                        {
                            case 1: apiVersion = type.String(); break;
                            case 2: kind = type.String(); break;
                            default: type.Skip(); break;
                        }
                    }

                    break;
                case 2:
                    raw = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new Envelope(apiVersion, kind, raw);
    }

    /// <summary>Reads the message of one type.</summary>
    /// <exception cref="ApiProtoException">The bytes are not such a message.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> message) where T : IApiType<T>
    {
        var reader = new ProtoReader(message);
        return T.ReadProto(ref reader);
    }

    /// <summary>What an envelope holds: the names of the type and its message.</summary>
    public sealed record Envelope(string ApiVersion, string Kind, ReadOnlyMemory<byte> Message);
}
