using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Navarch.Api;

namespace Navarch.Client;

/// <summary>
/// Cuts the body of a watch into lines and reads each where it lies. An idle watch holds no buffer: reads of zero bytes wait for
/// data before memory is rented for it.
/// </summary>
internal static class WatchLines
{
    // Far more than a server stores for one object (1.5 MiB in etcd): beyond this it is no watch we are reading.
    private const int LineBytesMax = 64 << 20;

    public static async IAsyncEnumerable<WatchEvent<T>> ReadAsync<T>(Stream body, [EnumeratorCancellation] CancellationToken ct)
        where T : class, IResource<T>
    {
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 << 10, useZeroByteReads: true));
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(ct);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (line.Length > 0)
                    {
                        yield return Parse<T>(line);
                    }
                }

                if (read.IsCompleted)
                {
                    yield break; // What is left is the half of an event whose rest never came.
                }

                if (rest.Length > LineBytesMax)
                {
                    throw new IOException($"a watch event of {T.ResourceType.GroupResource} is longer than {LineBytesMax} bytes");
                }

                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static WatchEvent<T> Parse<T>(ReadOnlySequence<byte> line) where T : class, IResource<T>
    {
        if (line.IsSingleSegment)
        {
            return Envelope.Event<T>(line.FirstSpan);
        }

        var length = (int)line.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            line.CopyTo(rented);
            return Envelope.Event<T>(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
