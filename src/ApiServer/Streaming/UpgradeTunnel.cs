using System.Buffers;
using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// Asks the other side for an upgrade, and only when it agrees upgrades the client: a request that fails half way
/// leaves no connection with the server's identity in the client's hands.
/// </summary>
internal sealed class UpgradeTunnel(TimeProvider time)
{
    private const int HeadBytesMax = 32 * 1024;
    private const int BodyBytesMax = 64 * 1024;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);

    // As long as upstream lets a terminal stand unused.
    private static readonly TimeSpan IdleMax = TimeSpan.FromHours(4);

    // After one side is done, what the other still has to say.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(30);

    public async Task RunAsync(ApiRequest request, IHttpUpgradeFeature upgrade, SslStream backend, string path, string host)
    {
        var (answer, rest) = await AskAsync(request, backend, Head(request.Http.Request, path, host));
        foreach (var (name, value) in answer.Headers)
        {
            if (IsPassedOn(name))
            {
                request.Http.Response.Headers.Append(name, HeaderText.Clean(value));
            }
        }

        AllowSilence(request);
        await using var client = await upgrade.UpgradeAsync();
        if (rest.Length > 0)
        {
            await client.WriteAsync(rest, request.Aborted);
        }

        await PipeAsync(client, backend, backend.ShutdownAsync, request.Aborted);
    }

    /// <summary>Joins the client to a backend that has agreed to the upgrade; what it said then is in the answer's headers.</summary>
    public async Task RunJoinedAsync(ApiRequest request, IHttpUpgradeFeature upgrade, Stream backend)
    {
        AllowSilence(request);
        await using var client = await upgrade.UpgradeAsync();
        await PipeAsync(client, backend, static () => Task.CompletedTask, request.Aborted);
    }

    /// <summary>
    /// For a client whose way leads through what knows WebSocket only: SPDY to the kubelet, its bytes as messages to the client.
    /// </summary>
    public async Task RunTunneledAsync(ApiRequest request, IHttpUpgradeFeature upgrade, SslStream backend, string path, string host)
    {
        var (socket, rest) = await AcceptAsync(request, upgrade, backend, path, host, WebSocketProtocols.Tunnel["SPDY/3.1+".Length..], WebSocketProtocols.Tunnel);
        using (socket)
        {
            await using var client = WebSocketStream.Create(socket, WebSocketMessageType.Binary, closeTimeout: TimeSpan.FromSeconds(1));
            if (rest.Length > 0)
            {
                await client.WriteAsync(rest, request.Aborted);
            }

            await PipeAsync(client, backend, backend.ShutdownAsync, request.Aborted);
        }
    }

    /// <summary>For a client whose channels can be closed: SPDY to the kubelet, each stream a channel of the client's.</summary>
    /// <param name="types">Of the streams it asks for: stdin, stdout, stderr, resize.</param>
    public async Task RunTranslatedAsync(ApiRequest request, IHttpUpgradeFeature upgrade, SslStream backend, string path, string host, IReadOnlyList<string> types)
    {
        // The channels are those of v4, which is the latest that runtimes know.
        var (socket, rest) = await AcceptAsync(request, upgrade, backend, path, host, "v4.channel.k8s.io", WebSocketProtocols.Closable);
        using (socket)
        {
            using var node = new SpdyConnection(backend, rest);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
            var lastUse = new LastUse(time);
            await using var idle = EndWhenIdle(lastUse, ending);
            await new ChannelTranslator(socket, node, lastUse.Touch).RunAsync(types, ending.Token);
        }
    }

    /// <summary>Asks the kubelet for SPDY and, when it agrees, the client to WebSocket.</summary>
    private async Task<(WebSocket Socket, byte[] Surplus)> AcceptAsync(
        ApiRequest request, IHttpUpgradeFeature upgrade, SslStream backend, string path, string host, string streams, string protocol)
    {
        WebSocketHandshake.Check(request.Http.Request.Headers);
        var (_, rest) = await AskAsync(
            request, backend,
            $"POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: {streams}\r\nContent-Length: 0\r\n\r\n");
        AllowSilence(request);
        return (await WebSocketHandshake.AcceptAsync(request.Http, upgrade, protocol), rest);
    }

    /// <summary>Sends the head of a request; returns when the other side agreed to the upgrade.</summary>
    private async Task<(Answer Answer, byte[] Surplus)> AskAsync(ApiRequest request, SslStream backend, string head)
    {
        await backend.WriteAsync(Encoding.ASCII.GetBytes(head), request.Aborted);
        await backend.FlushAsync(request.Aborted);
        var (answer, rest) = await ReadHeadAsync(backend, request.Aborted);
        if (answer.Code != 101)
        {
            await RefuseAsync(request, answer, backend, rest);
        }

        return (answer, rest);
    }

    private static void AllowSilence(ApiRequest request)
    {
        if (request.Http.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // A terminal may say nothing for hours.
        }
    }

    private static bool IsPassedOn(string header) =>
        header.Equals("Upgrade", StringComparison.OrdinalIgnoreCase) || header.StartsWith("X-Stream-Protocol-Version", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase);

    private static string Head(HttpRequest request, string path, string host)
    {
        var head = new StringBuilder();
        head.Append(request.Method).Append(' ').Append(path).Append(" HTTP/1.1\r\nHost: ").Append(host).Append("\r\nConnection: Upgrade\r\nContent-Length: 0\r\n");
        foreach (var name in (string[])["Upgrade", "X-Stream-Protocol-Version", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol"])
        {
            foreach (var value in request.Headers[name])
            {
                head.Append(name).Append(": ").Append(HeaderText.Clean(value ?? "")).Append("\r\n");
            }
        }

        return head.Append("\r\n").ToString();
    }

    private async Task<(Answer Answer, byte[] Surplus)> ReadHeadAsync(Stream backend, CancellationToken ct)
    {
        var buffer = new byte[HeadBytesMax];
        var length = 0;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, AnswerPatience, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return (Parse(Encoding.Latin1.GetString(buffer, 0, end)), buffer[(end + 4)..length]);
            }

            var count = length == buffer.Length ? 0 : await backend.ReadAsync(buffer.AsMemory(length), patience.Token);
            if (count == 0)
            {
                throw StatusErrors.InternalError("error dialing backend: the kubelet's answer is not HTTP").AsException();
            }

            length += count;
        }
    }

    private static Answer Parse(string head)
    {
        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not ["HTTP/1.1" or "HTTP/1.0", var code, ..] || !int.TryParse(code, out var number))
        {
            throw StatusErrors.InternalError("error dialing backend: the kubelet's answer is not HTTP").AsException();
        }

        var headers = new List<(string, string)>();
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
            }
        }

        return new Answer(number, headers);
    }

    /// <summary>Hands on what the kubelet said instead.</summary>
    private async Task RefuseAsync(ApiRequest request, Answer answer, Stream backend, byte[] rest)
    {
        var body = new byte[BodyBytesMax];
        rest.AsSpan(0, Math.Min(rest.Length, body.Length)).CopyTo(body);
        var length = Math.Min(rest.Length, body.Length);
        var announced = answer.Headers.Where(static header => header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value).FirstOrDefault();
        var wanted = Math.Min(int.TryParse(announced, out var size) ? size : length, body.Length);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        await using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, AnswerPatience, Timeout.InfiniteTimeSpan);
        while (length < wanted && await backend.ReadAsync(body.AsMemory(length, wanted - length), patience.Token) is > 0 and var count)
        {
            length += count;
        }

        var text = Encoding.UTF8.GetString(body, 0, length).Trim();
        var code = answer.Code is >= 400 and < 600 ? answer.Code : 500; // A redirect is not followed and not handed on.
        throw (code switch
        {
            400 => StatusErrors.BadRequest(text),
            404 => StatusErrors.NotFoundPath() with { Message = text },
            _ => StatusErrors.InternalError($"error dialing backend: the kubelet answered {answer.Code}: {text}"),
        }).AsException();
    }

    /// <param name="endSending">Tells the backend that the client has no more to say.</param>
    private async Task PipeAsync(Stream client, Stream backend, Func<Task> endSending, CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var lastUse = new LastUse(time);
        var up = CopyAsync(client, backend, lastUse, ending.Token);
        var down = CopyAsync(backend, client, lastUse, ending.Token);
        await using var idle = EndWhenIdle(lastUse, ending);
        var first = await Task.WhenAny(up, down);
        try
        {
            if (first == up)
            {
                await endSending();
            }

            await Task.WhenAny(first == up ? down : up, Task.Delay(first == up ? Farewell : TimeSpan.FromSeconds(1), time, ct));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other side is gone as well.
        }

        await ending.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private ITimer EndWhenIdle(LastUse lastUse, CancellationTokenSource ending) => time.CreateTimer(
        _ =>
        {
            if (lastUse.Age > IdleMax)
            {
                ending.Cancel();
            }
        }, null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    private static async Task CopyAsync(Stream from, Stream to, LastUse lastUse, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            while (await from.ReadAsync(buffer, ct) is > 0 and var count)
            {
                lastUse.Touch();
                await to.WriteAsync(buffer.AsMemory(0, count), ct);
                await to.FlushAsync(ct);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or WebSocketException)
        {
            // A broken pipe is the usual end of one.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed record Answer(int Code, IReadOnlyList<(string Name, string Value)> Headers);

    private sealed class LastUse(TimeProvider time)
    {
        private long at = time.GetTimestamp();

        public TimeSpan Age => time.GetElapsedTime(Volatile.Read(ref at));

        public void Touch() => Volatile.Write(ref at, time.GetTimestamp());
    }
}
