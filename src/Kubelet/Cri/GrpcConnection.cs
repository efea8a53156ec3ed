using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Navarch.Kubelet.Cri;

/// <summary>
/// gRPC calls over HTTP/2 without TLS, on a unix socket mostly: unary and server streaming, which is all that runtimes ask for. The
/// connection is opened by the first call and again by whichever call comes after it broke.
/// </summary>
internal sealed class GrpcConnection : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly string _endpoint;

    /// <param name="endpoint"><c>unix:///run/x.sock</c> or the bare path of the socket.</param>
    public GrpcConnection(string endpoint)
        : this(endpoint, async ct => await ConnectAsync(
            new UnixDomainSocketEndPoint(endpoint.StartsWith("unix://", StringComparison.Ordinal) ? endpoint["unix://".Length..] : endpoint), ct))
    {
    }

    /// <summary>Plain TCP, for the health service of a container.</summary>
    public GrpcConnection(string host, int port)
        : this($"{host}:{port}", async ct => await ConnectAsync(new IPEndPoint(IPAddress.Parse(host), port), ct))
    {
    }

    private GrpcConnection(string endpoint, Func<CancellationToken, ValueTask<Stream>> connect)
    {
        _endpoint = endpoint;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, ct) => connect(ct),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            // One connection for everything: a runtime limits streams far above what a node uses.
            EnableMultipleHttp2Connections = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ActivityHeadersPropagator = null,
        });
    }

    /// <exception cref="CriException">The server's error, or Unavailable when it cannot be reached.</exception>
    public async Task<TResponse> UnaryAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct, Metadata metadata = default)
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            using var response = await SendAsync(method, request, metadata, ct);
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            var message = await GrpcFrame.ReadAsync(body, parser, ct);
            if (message is not null && await body.ReadAsync(new byte[1], ct) != 0)
            {
                throw new CriException(GrpcCode.Internal, $"{method} answered more than one message");
            }
            ThrowUnlessOk(method, response);
            return message ?? throw new CriException(GrpcCode.Internal, $"{method} answered no message");
        }
        catch (Exception e) when (IsTransport(e) && !ct.IsCancellationRequested)
        {
            throw Unreachable(e);
        }
    }

    /// <summary>Yields the messages of a server stream until it ends; then throws unless it ended well.</summary>
    public async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, [EnumeratorCancellation] CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        using var response = await GuardAsync(() => SendAsync(method, request, default, ct), ct);
        await using var body = await GuardAsync(() => response.Content.ReadAsStreamAsync(ct), ct);
        while (await GuardAsync(() => GrpcFrame.ReadAsync(body, parser, ct), ct) is { } message)
        {
            yield return message;
        }
        ThrowUnlessOk(method, response);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (IsTransport(e) && !ct.IsCancellationRequested)
        {
            throw Unreachable(e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string method, IMessage request, Metadata metadata, CancellationToken ct)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://localhost/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Encode(request))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") },
            },
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (metadata.Name is not null)
        {
            message.Headers.Add(metadata.Name, metadata.Value);
        }

        var response = await _http.SendAsync(message, ct);
        try
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new CriException(GrpcCode.Unavailable, $"{_endpoint} answered HTTP {(int)response.StatusCode}: is it a gRPC server?");
            }
            if (response.Headers.Contains("grpc-status"))
            {
                ThrowUnlessOk(method, response); // "Trailers only": an error without a message.
            }
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static void ThrowUnlessOk(string method, HttpResponseMessage response)
    {
        var status = Find(response.TrailingHeaders, "grpc-status") ?? Find(response.Headers, "grpc-status");
        if (status is null)
        {
            throw new CriException(GrpcCode.Unavailable, $"{method} ended without a status");
        }
        var code = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Enum.IsDefined((GrpcCode)number)
            ? (GrpcCode)number
            : GrpcCode.Unknown;
        if (code != GrpcCode.Ok)
        {
            var text = Find(response.TrailingHeaders, "grpc-message") ?? Find(response.Headers, "grpc-message");
            throw new CriException(code, Uri.UnescapeDataString(text ?? ""));
        }
    }

    private static string? Find(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static bool IsTransport(Exception e) =>
        e is HttpRequestException or IOException or SocketException or OperationCanceledException or ObjectDisposedException;

    private CriException Unreachable(Exception e) =>
        new(GrpcCode.Unavailable, $"connection error: {_endpoint}: {(e.InnerException ?? e).Message}", e);

    private static async Task<Stream> ConnectAsync(EndPoint endpoint, CancellationToken ct)
    {
        var socket = endpoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One header of a call; containerd's own services want <c>containerd-namespace</c>.</summary>
    public readonly record struct Metadata(string Name, string Value);
}
