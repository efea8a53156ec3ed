using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Streaming;

/// <summary>How bytes become messages of a WebSocket.</summary>
internal enum Framing
{
    /// <summary>Each line is a message of text.</summary>
    Lines,

    /// <summary>Messages behind their lengths, in four bytes.</summary>
    Lengths,

    /// <summary>As they come, after an empty message that says that there is somebody.</summary>
    Bytes,

    /// <summary>As <see cref="Bytes"/>, for clients that read nothing but text.</summary>
    Base64,
}

/// <summary>A WebSocket in place of an answer that grows, such as a watch or a log. What the client sends is not heard.</summary>
internal static class OneWaySocket
{
    // What a reader may leave unread here, beside what is kept for it elsewhere.
    private const int UnsentBytesMax = 256 * 1024;

    /// <summary>The way to upgrade a request that asks for a WebSocket; null for every other.</summary>
    public static IHttpUpgradeFeature? Find(HttpContext http) =>
        http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
        && http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade ? upgrade : null;

    /// <param name="protocol">One that the client offered; null where it offered none.</param>
    /// <param name="write">Writes as into a plain answer, until its token says that nobody reads.</param>
    /// <exception cref="Machinery.Errors.StatusException">400.</exception>
    public static async Task RunAsync(ApiRequest request, IHttpUpgradeFeature upgrade, string? protocol, Framing framing, Func<PipeWriter, CancellationToken, Task> write)
    {
        WebSocketHandshake.Check(request.Http.Request.Headers);
        using var socket = await WebSocketHandshake.AcceptAsync(request.Http, upgrade, protocol);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: UnsentBytesMax, resumeWriterThreshold: UnsentBytesMax / 2, useSynchronizationContext: false));
        var listening = ListenAsync(socket, ending);
        var sending = SendAsync(socket, pipe.Reader, framing, ending);
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

    private static async Task SendAsync(WebSocket socket, PipeReader written, Framing framing, CancellationTokenSource ending)
    {
        try
        {
            var type = framing is Framing.Lines or Framing.Base64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
            if (framing is Framing.Bytes or Framing.Base64)
            {
                await socket.SendAsync(ReadOnlyMemory<byte>.Empty, type, endOfMessage: true, ending.Token);
            }

            while (true)
            {
                var result = await written.ReadAsync(ending.Token);
                var rest = result.Buffer;
                while (TryTake(ref rest, framing, out var message))
                {
                    await SendAsync(socket, message, type, ending.Token);
                }

                written.AdvanceTo(rest.Start, rest.End);
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

        await written.CompleteAsync();
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

    private static bool TryTake(ref ReadOnlySequence<byte> written, Framing framing, out ReadOnlySequence<byte> message)
    {
        switch (framing)
        {
            case Framing.Lines:
                return TryTakeLine(ref written, out message);
            case Framing.Lengths:
                return TryTakeMeasured(ref written, out message);
            default:
                message = framing == Framing.Base64 ? new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(Convert.ToBase64String(written.ToArray()))) : written;
                written = written.Slice(written.End);
                return !message.IsEmpty;
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> written, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (written.PositionOf((byte)'\n') is not { } end)
        {
            return false;
        }

        var next = written.GetPosition(1, end);
        (message, written) = (written.Slice(0, next), written.Slice(next));
        return true;
    }

    private static bool TryTakeMeasured(ref ReadOnlySequence<byte> written, out ReadOnlySequence<byte> message)
    {
        message = default;
        Span<byte> length = stackalloc byte[sizeof(int)];
        if (written.Length < length.Length)
        {
            return false;
        }

        written.Slice(0, length.Length).CopyTo(length);
        var bytes = BinaryPrimitives.ReadInt32BigEndian(length);
        if (written.Length < length.Length + bytes)
        {
            return false;
        }

        (message, written) = (written.Slice(length.Length, bytes), written.Slice(length.Length + bytes));
        return true;
    }

    private static bool IsEnd(Exception e) => e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
