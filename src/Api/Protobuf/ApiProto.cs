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
        writer.String(4, "");
        writer.String(3, "");
        var end = writer.BeginMessage();
        value.WriteProto(writer);
        writer.EndMessage(2, end);
        end = writer.BeginMessage();
        writer.String(2, kind);
        writer.String(1, apiVersion);
        writer.EndMessage(1, end);
        writer.Raw(Magic);
        return writer.Written.ToArray();
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
