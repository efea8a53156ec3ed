using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Navarch.ApiServer.Streaming;
using Navarch.Client;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>
/// Posts reviews. Nothing that shows who this server is goes along, no redirect is followed, and an answer has a bound: what
/// answers may be anybody's program.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    // A patch may hold the largest object there can be, in base64, and warnings beside it.
    private const int AnswerBytesMax = 8 << 20;

    // What is shown of an answer that is a failure.
    private const int FailureBytesMax = 2048;

    // Calls beyond wait for a connection, as long as their timeout lets them.
    private const int ConnectionsMax = 100;

    // A connection that comes about after its call gave up serves the next one; no call waits longer.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker http;
    private readonly HookTrust trust;
    private readonly ServiceEndpoints? services;

    // One for the owner, one for each call under way: the last closes the connections.
    private int uses = 1;

    /// <param name="services">Resolves the names of services; null where hosts are what they seem.</param>
    public WebhookClient(HookTrust trust, ServiceEndpoints? services)
    {
        this.trust = trust;
        this.services = services;
        http = new HttpMessageInvoker(new ConnectionErrorHandler(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = ConnectionsMax,
            MaxResponseHeadersLength = 64, // KiB
            MaxResponseDrainSize = 0, // Who said too much is not listened to for the rest.
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),

            // Endpoints of a service come and go: nobody keeps asking one that left for longer.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        }));
    }

    /// <summary>Who uses the client for one call. Not to be begun after the owner has let go of it.</summary>
    public Use Begin()
    {
        Interlocked.Increment(ref uses);
        return new Use(this);
    }

    /// <summary>The body of a successful answer.</summary>
    /// <exception cref="HookFailure">There is none, or it is none.</exception>
    public async Task<ReadOnlyMemory<byte>> PostAsync(string url, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("Accept", "application/json, */*");
            request.Headers.TryAddWithoutValidation("User-Agent", "kube-apiserver-admission");
            using var answer = await http.SendAsync(request, ct);
            var code = (int)answer.StatusCode;
            if (code is < 200 or > 206)
            {
                var text = await ReadAsync(answer, FailureBytesMax, isCut: true, ct);
                throw HookFailure.Of(HookStatus.OfCode(code, System.Text.Encoding.UTF8.GetString(text.Span).Trim()));
            }

            var read = await ReadAsync(answer, AnswerBytesMax, isCut: false, ct);
            return read.Length > 0 ? read : throw HookFailure.Of($"0-length response with status code: {code} and content type: {answer.Content.Headers.ContentType}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or AuthenticationException or UriFormatException)
        {
            throw HookFailure.Of($"Post {GoText.Quote(url)}: {Cause(e)}", e);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref uses) == 0)
        {
            http.Dispose();
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage answer, int bytesMax, bool isCut, CancellationToken ct)
    {
        if (!isCut && answer.Content.Headers.ContentLength > bytesMax)
        {
            throw TooLong();
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(4096), ct);
            if (read == 0)
            {
                return buffer.WrittenMemory;
            }

            buffer.Advance(read);
            if (buffer.WrittenCount > bytesMax)
            {
                return isCut ? buffer.WrittenMemory[..bytesMax] : throw TooLong();
            }
        }

        HookFailure TooLong() => HookFailure.Of($"the response body is longer than {bytesMax} bytes");
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        var (address, port) = services is null ? (host, context.DnsEndPoint.Port) : services.Resolve(host, context.DnsEndPoint.Port);
        var socket = await DialAsync(address, port, ct);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(trust.OptionsFor(host), ct);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<Socket> DialAsync(string host, int port, CancellationToken ct)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        }
        catch (SocketException e)
        {
            throw new UnreachableException($"dial tcp: lookup {host}: {(e.SocketErrorCode == SocketError.HostNotFound ? "no such host" : e.Message)}", e);
        }

        // Who may write a Service must not choose whom the server speaks to. Looked at where it is used: what a name means may
        // change from one moment to the next.
        if (services is not null && Array.Find(addresses, static address => !ReachableAddresses.Contains(address)) is { } forbidden)
        {
            throw new UnreachableException($"dial tcp {new IPEndPoint(forbidden, port)}: the address is not one that a service may have");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, ct);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException failed
                ? new UnreachableException($"dial tcp {(addresses.Length > 0 ? new IPEndPoint(addresses[0], port) : host)}: connect: {Text(failed)}", e)
                : e;
        }
    }

    // The innermost cause that somebody put into words.
    private static string Cause(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case UnreachableException or HookTrust.NotTrustedException:
                    return e.Message;
                case SocketException failed:
                    return "read tcp: " + Text(failed);
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return "EOF";
                default:
                    break;
            }
        }

        return error.GetBaseException().Message;
    }

    private static string Text(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset by peer",
        SocketError.TimedOut => "connection timed out",
        SocketError.HostUnreachable => "no route to host",
        SocketError.NetworkUnreachable => "network is unreachable",
        _ => e.Message,
    };

    /// <summary>One call under way.</summary>
    internal readonly struct Use(WebhookClient client) : IDisposable
    {
        public WebhookClient Client => client;

        public void Dispose() => client.Dispose();
    }
}
