using System.Buffers.Binary;
using Google.Protobuf;

namespace Navarch.Kubelet.Cri;

/// <summary>
/// The length-prefixed message of gRPC: one byte "compressed" (always 0 here, as no compression is offered), four bytes
/// of big-endian length, the message.
/// </summary>
internal static class GrpcFrame
{
    public const int HeaderLength = 5;

    // What upstream's kubelet accepts. ExecSync answers are the largest; a runtime cuts them at 16 MiB.
    public const int MessageLengthMax = 16 * 1024 * 1024 + 64 * 1024;

    public static byte[] Encode(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[HeaderLength + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Reads the next message, or null at a clean end of the stream.</summary>
    /// <exception cref="CriException">The stream ended inside a message, or the message is too long or compressed.</exception>
    public static async Task<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser, CancellationToken ct)
        where T : class, IMessage<T>
    {
        var header = new byte[HeaderLength];
        var read = await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, ct);
        if (read == 0)
        {
            return null;
        }
        if (read < HeaderLength)
        {
            throw new CriException(GrpcCode.Internal, "the answer ended inside a message header");
        }
        if (header[0] != 0)
        {
            throw new CriException(GrpcCode.Unimplemented, "the answer is compressed, which was not offered");
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > MessageLengthMax)
        {
            throw new CriException(GrpcCode.ResourceExhausted, $"the answer has {length} bytes, more than {MessageLengthMax}");
        }

        var body = new byte[length];
        if (await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ct) < body.Length)
        {
            throw new CriException(GrpcCode.Internal, "the answer ended inside a message");
        }
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new CriException(GrpcCode.Internal, $"the answer is not a {typeof(T).Name}: {e.Message}", e);
        }
    }
}
