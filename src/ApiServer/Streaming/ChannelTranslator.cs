using System.Buffers;
using System.Net.WebSockets;
using Navarch.Api.Json;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// Messages of a client that speaks v5.channel.k8s.io on one side, SPDY streams of the node on the other: runtimes cannot
/// be told over WebSocket that standard input is at its end (KEP-4006).
/// </summary>
/// <param name="alive">Called for whatever passes.</param>
internal sealed class ChannelTranslator(WebSocket client, SpdyConnection node, Action alive)
{
    private const byte Stdin = 0;
    private const byte Error = 3;
    private const byte CloseChannel = 255;
    private const int StatusBytesMax = 64 * 1024;

    // By number of the channel; the node wants the one for errors first.
    private static readonly string[] Types = ["stdin", "stdout", "stderr", "error", "resize"];
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly int[] streams = new int[Types.Length];

    /// <param name="types">Of the streams the client asks for, beside that for errors.</param>
    public async Task RunAsync(IReadOnlyList<string> types, CancellationToken ct)
    {
        streams[Error] = await node.OpenAsync(Types[Error], ct);
        foreach (var type in types)
        {
            streams[Array.IndexOf(Types, type)] = await node.OpenAsync(type, ct);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var up = UpAsync(ending.Token);
        var down = DownAsync(ending.Token);
        if (await Task.WhenAny(up, down) == down && !ct.IsCancellationRequested)
        {
            // The program has ended and its outcome is told: the client hangs up.
            await Task.WhenAny(up, Task.Delay(Farewell, ct));
        }

        await ending.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private async Task UpAsync(CancellationToken ct)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            var channel = -1;
            while (await client.ReceiveAsync(buffer.AsMemory(), ct) is { MessageType: not WebSocketMessageType.Close } part)
            {
                alive();
                var bytes = buffer.AsMemory(0, part.Count);
                if (channel < 0 && bytes.Length > 0)
                {
                    channel = bytes.Span[0];
                    bytes = bytes[1..];
                }

                if (channel == CloseChannel)
                {
                    if (bytes.Length > 0 && bytes.Span[0] == Stdin && streams[Stdin] > 0)
                    {
                        await node.WriteAsync(streams[Stdin], default, isLast: true, ct);
                    }
                }
                else if (bytes.Length > 0 && channel >= 0 && channel < streams.Length && streams[channel] > 0)
                {
                    await node.WriteAsync(streams[channel], bytes, isLast: false, ct);
                }

                channel = part.EndOfMessage ? -1 : channel;
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One end went away: the session is over.
        }
    }

    private async Task DownAsync(CancellationToken ct)
    {
        var outcome = new MemoryStream();
        try
        {
            while (await node.ReadAsync(ct) is { } data)
            {
                alive();
                if (data.Stream == streams[Error])
                {
                    outcome.Write(data.Bytes.Span[..Math.Min(data.Bytes.Length, StatusBytesMax - (int)outcome.Length)]);
                    if (data.IsLast)
                    {
                        break;
                    }
                }
                else if (data.Bytes.Length > 0 && Array.IndexOf(streams, data.Stream) is >= 0 and var channel)
                {
                    await SendAsync((byte)channel, data.Bytes, ct);
                }
            }

            // All that the program wrote came before its outcome.
            await SendAsync(
                Error,
                outcome.Length > 0 ? outcome.ToArray() : ApiJson.ToUtf8(StatusErrors.InternalError("the node ended the connection before the program's outcome was known")),
                ct);
            await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One end went away: the session is over.
        }
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var message = ArrayPool<byte>.Shared.Rent(bytes.Length + 1);
        try
        {
            message[0] = channel;
            bytes.CopyTo(message.AsMemory(1));
            await client.SendAsync(message.AsMemory(0, bytes.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
