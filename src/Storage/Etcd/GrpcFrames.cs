using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Navarch.Storage.Etcd;

/// <summary>Reads the messages of a gRPC answer: one byte "compressed" (never: it is not offered), four of big-endian length, the message.</summary>
internal sealed class GrpcFrames(Stream stream) : IDisposable
{
    private const int HeaderLength = 5;

    // A page of a range is small; one revision's events are at most what one request may write, with what it replaced.
    private const int MessageLengthMax = 256 << 20;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int start;
    private int end;

    public static byte[] Encode(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = GC.AllocateUninitializedArray<byte>(HeaderLength + length);
        frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>The next message, or null at a clean end.</summary>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken ct)
        where T : class, IMessage<T>
    {
        if (!await FillAsync(HeaderLength, ct))
        {
            return null;
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(start + 1));
        if (buffer[start] != 0 || length > MessageLengthMax)
        {
            throw new EtcdException(GrpcCode.Internal, $"the answer has a frame that was not asked for ({length} bytes)", wasSent: true);
        }
        start += HeaderLength;
        if (!await FillAsync((int)length, ct) && length > 0)
        {
            throw new EtcdException(GrpcCode.Unavailable, "the answer ended inside a message", wasSent: true);
        }

        // Bytes are copied out of the buffer by the parser, each value into an array of its own.
        var message = parser.ParseFrom(buffer.AsSpan(start, (int)length));
        start += (int)length;
        return message;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    private async ValueTask<bool> FillAsync(int count, CancellationToken ct)
    {
        while (end - start < count)
        {
            MakeRoom(count);
            var read = await stream.ReadAsync(buffer.AsMemory(end), ct);
            if (read == 0)
            {
                return end > start ? throw new EtcdException(GrpcCode.Unavailable, "the answer ended inside a message", wasSent: true) : false;
            }
            end += read;
        }
        return true;
    }

    private void MakeRoom(int count)
    {
        if (buffer.Length - start >= count && end < buffer.Length)
        {
            return;
        }
        var (old, length) = (buffer, end - start);
        var target = count > old.Length ? ArrayPool<byte>.Shared.Rent(count) : old;
        old.AsSpan(start, length).CopyTo(target);
        (buffer, start, end) = (target, 0, length);
        if (!ReferenceEquals(old, target))
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }
}
