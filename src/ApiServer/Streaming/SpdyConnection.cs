using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// The client's side of a SPDY/3.1 connection, as far as runtimes' streaming servers need it: streams are opened by this
/// side, and what their answers' headers say is not looked at. Without flow control, as theirs is.
/// </summary>
internal sealed class SpdyConnection(Stream stream, byte[] surplus) : IDisposable
{
    private const int ChunkBytesMax = 32 * 1024;
    private const int ControlBytesMax = 64 * 1024;
    private const byte Fin = 1;

    // Control frames, by the number of their type.
    private const int SynStream = 1;
    private const int SynReply = 2;
    private const int RstStream = 3;
    private const int Ping = 6;
    private const int GoAway = 7;

    // Header blocks are one zlib stream (RFC 1950) with a preset dictionary, which is named by its checksum. Stored blocks
    // refer to nothing in it, so it is not needed for more.
    private static readonly byte[] StreamHead = [0x78, 0xBB, 0xE3, 0xC6, 0xA7, 0xC2];
    private static readonly byte[] Flush = [0, 0, 0, 0xFF, 0xFF];

    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly byte[] chunk = new byte[ChunkBytesMax];
    private int surplusAt;
    private int nextStream = 1;
    private int dataStream;
    private int dataLeft;
    private bool isLastData;

    public void Dispose() => writing.Dispose();

    /// <summary>Opens a stream with the one header that streaming servers tell streams apart by.</summary>
    /// <returns>The stream's number.</returns>
    public async Task<int> OpenAsync(string type, CancellationToken ct)
    {
        var headers = new ArrayBufferWriter<byte>();
        WriteNumber(headers, 1);
        WriteText(headers, "streamtype");
        WriteText(headers, type);

        var number = nextStream;
        nextStream += 2;
        var payload = new ArrayBufferWriter<byte>();
        WriteNumber(payload, number);
        WriteNumber(payload, 0);
        payload.Write((ReadOnlySpan<byte>)[0, 0]);
        payload.Write(number == 1 ? StreamHead : []);
        payload.Write((ReadOnlySpan<byte>)[0, (byte)headers.WrittenCount, (byte)(headers.WrittenCount >> 8), (byte)~headers.WrittenCount, (byte)(~headers.WrittenCount >> 8)]);
        payload.Write(headers.WrittenSpan);
        payload.Write(Flush);
        await WriteFrameAsync(unchecked((int)0x80030000) | SynStream, 0, payload.WrittenMemory, ct);
        return number;
    }

    /// <param name="isLast">This side says no more on the stream.</param>
    public Task WriteAsync(int number, ReadOnlyMemory<byte> data, bool isLast, CancellationToken ct) => WriteFrameAsync(number, isLast ? Fin : (byte)0, data, ct);

    /// <summary>What comes next on any stream; null when the other side is done with the connection. Valid until the next call.</summary>
    /// <exception cref="IOException">The connection broke, or this is not SPDY.</exception>
    public async Task<SpdyData?> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            if (dataLeft > 0)
            {
                var count = Math.Min(dataLeft, chunk.Length);
                await FillAsync(count, ct);
                dataLeft -= count;
                return new SpdyData(dataStream, chunk.AsMemory(0, count), dataLeft == 0 && isLastData);
            }

            if (!await TryFillHeadAsync(ct))
            {
                return null;
            }

            var first = BinaryPrimitives.ReadInt32BigEndian(chunk);
            var flags = chunk[4];
            var length = BinaryPrimitives.ReadInt32BigEndian(chunk.AsSpan(4)) & 0xFFFFFF;
            if (first >= 0)
            {
                (dataStream, dataLeft, isLastData) = (first, length, (flags & Fin) != 0);
                if (length == 0)
                {
                    return new SpdyData(first, default, isLastData);
                }

                continue;
            }

            if (await ReadControlAsync(first & 0xFFFF, flags, length, ct) is { } told)
            {
                return told.Stream == 0 ? null : told;
            }
        }
    }

    /// <summary>What a control frame means to a reader: the end of a stream, or of the connection (stream 0), or nothing.</summary>
    private async Task<SpdyData?> ReadControlAsync(int type, byte flags, int length, CancellationToken ct)
    {
        if (length > ControlBytesMax)
        {
            throw new IOException($"a SPDY control frame of {length} bytes");
        }

        // All that matters stands in the first bytes; headers are passed over.
        var head = Math.Min(length, chunk.Length);
        await FillAsync(head, ct);
        var number = head >= 4 ? BinaryPrimitives.ReadInt32BigEndian(chunk) & int.MaxValue : 0;
        for (var left = length - head; left > 0; left -= Math.Min(left, chunk.Length))
        {
            await FillAsync(Math.Min(left, chunk.Length), ct);
        }

        switch (type)
        {
            case Ping when length == 4:
                var id = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(id, number);
                await WriteFrameAsync(unchecked((int)0x80030000) | Ping, 0, id, ct);
                return null;
            case GoAway:
                return new SpdyData(0, default, IsLast: true);
            case RstStream:
            case SynReply when (flags & Fin) != 0:
                return new SpdyData(number, default, IsLast: true);
            default:
                return null;
        }
    }

    private async Task<bool> TryFillHeadAsync(CancellationToken ct)
    {
        if (surplusAt == surplus.Length)
        {
            var count = await stream.ReadAsync(chunk.AsMemory(0, 1), ct);
            if (count == 0)
            {
                return false;
            }

            await stream.ReadExactlyAsync(chunk.AsMemory(1, 7), ct);
            return true;
        }

        await FillAsync(8, ct);
        return true;
    }

    private async Task FillAsync(int count, CancellationToken ct)
    {
        var have = Math.Min(count, surplus.Length - surplusAt);
        surplus.AsSpan(surplusAt, have).CopyTo(chunk);
        surplusAt += have;
        await stream.ReadExactlyAsync(chunk.AsMemory(have, count - have), ct);
    }

    private async Task WriteFrameAsync(int first, byte flags, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        var frame = ArrayPool<byte>.Shared.Rent(8 + payload.Length);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(frame, first);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), payload.Length);
            frame[4] = flags;
            payload.CopyTo(frame.AsMemory(8));
            await writing.WaitAsync(ct);
            try
            {
                await stream.WriteAsync(frame.AsMemory(0, 8 + payload.Length), ct);
                await stream.FlushAsync(ct);
            }
            finally
            {
                writing.Release();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> to, string text)
    {
        WriteNumber(to, text.Length);
        to.Write(Encoding.ASCII.GetBytes(text));
    }

    private static void WriteNumber(ArrayBufferWriter<byte> to, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(4), number);
        to.Advance(4);
    }
}

/// <summary>Bytes that came on a stream.</summary>
/// <param name="IsLast">The other side says no more on it.</param>
internal readonly record struct SpdyData(int Stream, ReadOnlyMemory<byte> Bytes, bool IsLast);
