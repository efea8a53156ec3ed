using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Streaming;

namespace Navarch.ApiServer.Handlers;

/// <summary>A watch over a WebSocket: each event is one message, of text where events are JSON. What the client sends is not heard.</summary>
internal static class WatchSocket
{
    // What a reader may leave unread here, beside what its watcher keeps for it.
    private const int UnsentBytesMax = 256 * 1024;

    /// <summary>The way to upgrade a request that asks for a WebSocket; null for every other.</summary>
    public static IHttpUpgradeFeature? Find(HttpContext http) =>
        http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
        && http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade ? upgrade : null;

    /// <param name="isText">An event is a line of JSON; else a message behind its length.</param>
    /// <param name="write">Writes events as into the answer of a plain watch, until its token says that nobody reads.</param>
    /// <exception cref="Machinery.Errors.StatusException">400.</exception>
    public static async Task RunAsync(ApiRequest request, IHttpUpgradeFeature upgrade, bool isText, Func<PipeWriter, CancellationToken, Task> write)
    {
        var headers = request.Http.Request.Headers;
        WebSocketHandshake.Check(headers);

        // No protocol changes what is sent; but a browser that offers some waits for one of them.
        using var socket = await WebSocketHandshake.AcceptAsync(request.Http, upgrade, WebSocketProtocols.Of(headers).FirstOrDefault());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: UnsentBytesMax, resumeWriterThreshold: UnsentBytesMax / 2, useSynchronizationContext: false));
        var listening = ListenAsync(socket, ending);
        var sending = SendAsync(socket, pipe.Reader, isText, ending);
        try
        {
            await write(pipe.Writer, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has left, or the server does.
        }
        finally
        {
            await pipe.Writer.CompleteAsync();
            await sending;
            await ending.CancelAsync();
            await listening;
            await SayGoodbyeAsync(socket, request.Aborted);
        }
    }

    // To a client that has closed its side and waits for this one.
    private static async Task SayGoodbyeAsync(WebSocket socket, CancellationToken ct)
    {
        try
        {
            if (socket.State == WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // It has not waited.
        }
    }

    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource ending)
    {
        var ignored = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(ignored.AsMemory(), ending.Token) is { MessageType: not WebSocketMessageType.Close })
            {
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The client has left without a word.
        }

        await ending.CancelAsync();
    }

    private static async Task SendAsync(WebSocket socket, PipeReader events, bool isText, CancellationTokenSource ending)
    {
        try
        {
            var type = isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
            while (true)
            {
                var result = await events.ReadAsync(ending.Token);
                var rest = result.Buffer;
                while (TryTake(ref rest, isText, out var message))
                {
                    await SendAsync(socket, message, type, ending.Token);
                }

                events.AdvanceTo(rest.Start, rest.End);
                if (result.IsCompleted)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ending.Token);
                    break;
                }
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            await ending.CancelAsync();
        }

        await events.CompleteAsync();
    }

    private static async Task SendAsync(WebSocket socket, ReadOnlySequence<byte> message, WebSocketMessageType type, CancellationToken ct)
    {
        var unsent = message;
        do
        {
            var part = unsent.First;
            unsent = unsent.Slice(part.Length);
            await socket.SendAsync(part, type, endOfMessage: unsent.IsEmpty, ct);
        }
        while (!unsent.IsEmpty);
    }

    private static bool TryTake(ref ReadOnlySequence<byte> events, bool isText, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (isText)
        {
            if (events.PositionOf((byte)'\n') is not { } end)
            {
                return false;
            }

            var next = events.GetPosition(1, end);
            (message, events) = (events.Slice(0, next), events.Slice(next));
            return true;
        }

        Span<byte> length = stackalloc byte[sizeof(int)];
        if (events.Length < length.Length)
        {
            return false;
        }

        events.Slice(0, length.Length).CopyTo(length);
        var bytes = BinaryPrimitives.ReadInt32BigEndian(length);
        if (events.Length < length.Length + bytes)
        {
            return false;
        }

        (message, events) = (events.Slice(length.Length, bytes), events.Slice(length.Length + bytes));
        return true;
    }

    private static bool IsEnd(Exception e) => e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
