using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;

namespace Navarch.Storage.Etcd;

/// <summary>gRPC calls to one member, all over one HTTP/2 connection, which the first call after its end opens again.</summary>
internal sealed class GrpcEndpoint : IDisposable
{
    // Members forbid more than one ping in 5 seconds, and any without a call under way (--grpc-keepalive-min-time).
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");
    private static readonly TransferCodingWithQualityHeaderValue Trailers = new("trailers");

    private readonly HttpMessageInvoker http;

    public GrpcEndpoint(Uri address, EtcdTls? tls, TimeSpan connectTimeout)
    {
        Address = address;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = false,
            ConnectTimeout = connectTimeout,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            InitialHttp2StreamWindowSize = 1 << 20,
            ActivityHeadersPropagator = null,
        };
        if (tls is not null)
        {
            handler.SslOptions = tls.Options();
        }
        http = new HttpMessageInvoker(handler);
    }

    public Uri Address { get; }

    /// <param name="ct">Ends the waiting, not necessarily what was asked for.</param>
    /// <exception cref="EtcdException">The member's error, or that there was no answer.</exception>
    public async Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken ct)
        where T : class, IMessage<T>
    {
        try
        {
            var content = new ByteArrayContent(GrpcFrames.Encode(request));
            using var response = await SendAsync(method, content, requireLeader: false, ct);
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            using var frames = new GrpcFrames(body);
            var message = await frames.ReadAsync(parser, ct);
            if (message is not null && await frames.ReadAsync(parser, ct) is not null)
            {
                throw new EtcdException(GrpcCode.Internal, $"{method} answered more than once", wasSent: true);
            }
            ThrowUnlessOk(method, response);
            return message ?? throw new EtcdException(GrpcCode.Internal, $"{method} answered nothing", wasSent: true);
        }
        catch (Exception e) when (IsTransport(e))
        {
            throw Lost(e);
        }
    }

    /// <summary>Opens a call in which both sides speak as they like.</summary>
    public GrpcDuplex Open(string method, CancellationToken ct) => new(this, method, ct);

    public void Dispose() => http.Dispose();

    internal async Task<HttpResponseMessage> SendAsync(string method, HttpContent content, bool requireLeader, CancellationToken ct)
    {
        content.Headers.ContentType = ContentType;
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.TE.Add(Trailers);
        if (requireLeader)
        {
            message.Headers.Add("hasleader", "true"); // A member that is cut off from the others ends the call.
        }

        var response = await http.SendAsync(message, ct);
        try
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new EtcdException(GrpcCode.Unavailable, $"{Address} answered HTTP {(int)response.StatusCode}: is it etcd?", wasSent: true);
            }
            if (response.Headers.Contains("grpc-status"))
            {
                ThrowUnlessOk(method, response); // An error without a message comes as headers alone.
            }
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    internal static void ThrowUnlessOk(string method, HttpResponseMessage response)
    {
        var status = Find(response.TrailingHeaders, "grpc-status") ?? Find(response.Headers, "grpc-status")
            ?? throw new EtcdException(GrpcCode.Unavailable, $"{method} ended without a status", wasSent: true);
        var code = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (GrpcCode)number : GrpcCode.Unknown;
        if (code != GrpcCode.Ok)
        {
            var text = Find(response.TrailingHeaders, "grpc-message") ?? Find(response.Headers, "grpc-message");
            throw new EtcdException(code, Uri.UnescapeDataString(text ?? $"{method}: code {status}"), wasSent: true);
        }
    }

    internal static bool IsTransport(Exception e) => e is HttpRequestException or IOException or SocketException or OperationCanceledException or ObjectDisposedException;

    internal EtcdException Lost(Exception e)
    {
        var wasSent = e is not HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        };
        var code = e is OperationCanceledException ? GrpcCode.DeadlineExceeded : GrpcCode.Unavailable;
        var why = e is OperationCanceledException ? "no answer in time" : (e.InnerException ?? e).Message;
        return new EtcdException(code, $"{Address}: {why}", wasSent, e);
    }

    private static string? Find(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
