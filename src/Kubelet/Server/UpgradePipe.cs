using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Navarch.Kubelet.Server;

/// <summary>
/// Passes an upgrade request on to another server and, when that agrees, joins the two connections into a pipe of bytes.
/// When it does not agree, its answer is the answer: a client that asked for a protocol nobody speaks then asks for another.
/// </summary>
internal sealed class UpgradePipe
{
    private const int HeadBytesMax = 16 * 1024;
    private const int BufferBytes = 32 * 1024;

    // What belongs to one connection and is said anew, or not at all, on the next.
    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Content-Length", "Transfer-Encoding", "Keep-Alive", "Authorization", "Cookie", "Origin", "Proxy-Connection", "TE", "Trailer",
    };

    /// <summary>Serves the request by the server at <paramref name="url"/>. Returns when both ends are done.</summary>
    public async Task JoinAsync(HttpContext http, Uri url)
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status400BadRequest, "unable to upgrade: missing upgrade headers in request");
            return;
        }

        using var client = new TcpClient { NoDelay = true };
        Head head;
        NetworkStream far;
        try
        {
            await client.ConnectAsync(url.Host, url.Port, http.RequestAborted);
            far = client.GetStream();
            await far.WriteAsync(Request(http.Request, url), http.RequestAborted);
            head = await ReadHeadAsync(far, http.RequestAborted);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status502BadGateway, $"error dialing the runtime's streaming server: {e.Message}");
            return;
        }

        foreach (var (name, value) in head.Headers.Where(header => !OwnHeaders.Contains(header.Name)))
        {
            http.Response.Headers.Append(name, value);
        }
        if (head.Status != StatusCodes.Status101SwitchingProtocols)
        {
            await AnswerAsync(http, head, far);
            return;
        }
        await using var near = await upgrade.UpgradeAsync();
        await PumpAsync(near, far, head.Rest, client, http.RequestAborted);
    }

    /// <summary>A refusal and, as far as it is there at once, what it says.</summary>
    private static async Task AnswerAsync(HttpContext http, Head head, NetworkStream far)
    {
        http.Response.StatusCode = head.Status;
        http.Response.Headers.Remove("Upgrade");
        var length = head.Headers.Where(header => header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            .Select(header => int.TryParse(header.Value, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0).FirstOrDefault();
        var body = new byte[Math.Min(length, HeadBytesMax)];
        head.Rest.AsSpan(0, Math.Min(head.Rest.Length, body.Length)).CopyTo(body);
        var have = Math.Min(head.Rest.Length, body.Length);
        have += await far.ReadAtLeastAsync(body.AsMemory(have), body.Length - have, throwOnEndOfStream: false, http.RequestAborted);
        await http.Response.Body.WriteAsync(body.AsMemory(0, have), http.RequestAborted);
    }

    private static async Task PumpAsync(Stream near, NetworkStream far, byte[] rest, TcpClient client, CancellationToken ct)
    {
        try
        {
            await near.WriteAsync(rest, ct);
            await near.FlushAsync(ct);
            var outward = CopyAsync(far, near, ct);
            var inward = CopyAsync(near, far, ct);
            if (await Task.WhenAny(outward, inward) == inward)
            {
                // The caller has no more to say, but may still listen: to the end of the program, for example.
                client.Client.Shutdown(SocketShutdown.Send);
            }
            await outward;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One end went away: the session is over.
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, ct)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), ct);
            await to.FlushAsync(ct);
        }
    }

    private static byte[] Request(HttpRequest request, Uri url)
    {
        var text = new StringBuilder()
            .Append(request.Method).Append(' ').Append(url.PathAndQuery).Append(" HTTP/1.1\r\n")
            .Append("Host: ").Append(url.Authority).Append("\r\n")
            .Append("Connection: Upgrade\r\n");
        if (request.Method != "GET")
        {
            text.Append("Content-Length: 0\r\n");
        }
        foreach (var (name, values) in request.Headers)
        {
            if (!OwnHeaders.Contains(name))
            {
                foreach (var value in values)
                {
                    text.Append(name).Append(": ").Append(value).Append("\r\n");
                }
            }
        }
        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

    private static async Task<Head> ReadHeadAsync(Stream stream, CancellationToken ct)
    {
        var buffer = new byte[HeadBytesMax];
        var length = 0;
        while (true)
        {
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var lines = Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n");
                var status = lines[0].Split(' ') is [_, var code, ..] && int.TryParse(code, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new IOException($"not an HTTP answer: {lines[0]}");
                var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
                    .Select(parts => (parts[0].Trim(), parts[1].Trim())).ToList();
                return new Head(status, headers, buffer[(end + 4)..length]);
            }
            if (length == buffer.Length)
            {
                throw new IOException("the answer's head is too long");
            }
            var read = await stream.ReadAsync(buffer.AsMemory(length), ct);
            if (read == 0)
            {
                throw new IOException("the server closed the connection without an answer");
            }
            length += read;
        }
    }

    /// <summary>The first part of an answer, and the bytes behind it that were read with it.</summary>
    private sealed record Head(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Rest);
}
