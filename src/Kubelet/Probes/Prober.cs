using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Kubelet.Cri;

namespace Navarch.Kubelet.Probes;

/// <summary>Makes one attempt of a probe or of a hook's request: HTTP, TCP, a command, or gRPC's health service.</summary>
internal sealed class Prober(IRuntime runtime, TimeProvider time) : IDisposable
{
    private const string UserAgent = "kube-probe/1.36";
    private const int BodyBytesShown = 10 * 1024;
    private const int RedirectsMax = 10;

    // A connection per attempt: what is probed is whether a new client gets through.
    private readonly HttpMessageInvoker _http = new(new ConnectionErrorHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ActivityHeadersPropagator = null,
        // A probe asks whether the container answers, not who it is.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    }));

    /// <param name="podIP">Address of the pod, used where the probe names no host.</param>
    public async Task<ProbeOutcome> ProbeAsync(Probe probe, Container container, string containerId, string podIP, CancellationToken ct)
    {
        var timeout = Waits.Timer(Waits.Seconds(Math.Max(1, probe.TimeoutSeconds)));
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return probe switch
            {
                { Exec: { } exec } => await ExecAsync(containerId, exec.Command, timeout, ct),
                { HTTPGet: { } get } => await HttpAsync(get, container, podIP, both.Token),
                { TCPSocket: { } tcp } => await TcpAsync(tcp.Host.Length > 0 ? tcp.Host : podIP, PortOf(tcp.Port, container), both.Token),
                { GRPC: { } grpc } => await GrpcAsync(podIP, grpc, timeout, both.Token),
                _ => new ProbeOutcome(false, "missing probe handler", Error: true),
            };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return ProbeOutcome.Failure(Late(probe, container, podIP));
        }
        catch (ArgumentException e)
        {
            return new ProbeOutcome(false, e.Message, Error: true);
        }
    }

    /// <exception cref="ArgumentException">The definition makes no sense.</exception>
    public async Task<ProbeOutcome> ExecAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var answer = await runtime.ExecSyncAsync(containerId, command, timeout, ct);
            var output = Shortened(answer.Stdout.Span, BodyBytesShown);
            output += Shortened(answer.Stderr.Span, BodyBytesShown - Encoding.UTF8.GetByteCount(output));
            return new ProbeOutcome(answer.ExitCode == 0, output);
        }
        catch (CriException e) when (e.Code == GrpcCode.DeadlineExceeded)
        {
            return ProbeOutcome.Failure($"command timed out: \"{string.Join(' ', command)}\" timed out after {timeout.TotalSeconds:0}s");
        }
        catch (CriException e)
        {
            return new ProbeOutcome(false, e.Description, Error: true);
        }
    }

    /// <exception cref="ArgumentException">The definition makes no sense.</exception>
    public async Task<ProbeOutcome> HttpAsync(HTTPGetAction get, Container container, string podIP, CancellationToken ct)
    {
        var url = UrlOf(get, container, podIP);
        try
        {
            var first = url.Host;
            for (var redirects = 0; ; redirects++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                AddHeaders(request, get);
                using var response = await _http.SendAsync(request, ct);
                var status = (int)response.StatusCode;
                if (status is >= 300 and < 400 && response.Headers.Location is { } location)
                {
                    if (!Uri.TryCreate(url, location, out var next) || (next.Scheme != Uri.UriSchemeHttp && next.Scheme != Uri.UriSchemeHttps))
                    {
                        return ProbeOutcome.Failure($"Get \"{url}\": it redirects to where no HTTP is spoken");
                    }
                    url = next;
                    // Somebody else's answer says nothing about this container, but that it redirects says that it works.
                    if (url.Host != first || redirects == RedirectsMax)
                    {
                        return new ProbeOutcome(url.Host != first, $"Probe terminated redirects, Response body: ");
                    }
                    continue;
                }
                await ReadSomeAsync(response, ct);
                return status is >= 200 and < 400
                    ? ProbeOutcome.Success
                    : ProbeOutcome.Failure($"HTTP probe failed with statuscode: {status}");
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException or InvalidOperationException or NotSupportedException)
        {
            // Besides what the network does: what the definition, or the container's answer, says and HTTP cannot.
            return ProbeOutcome.Failure($"Get \"{url}\": {Describe(e, url.Host, url.Port)}");
        }
    }

    public void Dispose() => _http.Dispose();

    /// <exception cref="ArgumentException">They make no URL.</exception>
    internal static Uri UrlOf(HTTPGetAction get, Container container, string podIP)
    {
        var scheme = get.Scheme.Length > 0 ? get.Scheme.ToLowerInvariant() : "http";
        var host = get.Host.Length > 0 ? get.Host : podIP;
        var path = get.Path.StartsWith('/') ? get.Path : "/" + get.Path;
        var text = $"{scheme}://{(host.Contains(':') ? $"[{host}]" : host)}:{PortOf(get.Port, container).ToString(CultureInfo.InvariantCulture)}{path}";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : throw new ArgumentException($"invalid URL: {text}");
    }

    /// <exception cref="ArgumentException">The container has no port of that name.</exception>
    internal static int PortOf(IntOrString port, Container container)
    {
        var number = !port.IsString ? port.Number
            : container.Ports.FirstOrDefault(candidate => candidate.Name == port.Text)?.ContainerPortValue
                ?? (int.TryParse(port.Text, out var parsed) ? parsed : 0);
        return number is > 0 and < 65536 ? number : throw new ArgumentException($"invalid port number: {port}");
    }

    private static void AddHeaders(HttpRequestMessage request, HTTPGetAction get)
    {
        request.Headers.ConnectionClose = true;
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("User-Agent", UserAgent), ("Accept", "*/*")])
        {
            if (get.HTTPHeaders.All(header => !header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        foreach (var header in get.HTTPHeaders.Where(header => header.Value.Length > 0))
        {
            if (header.Value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                throw new ArgumentException($"invalid value of header {header.Name}");
            }
            // Some headers speak of a body, and can be set only where there is one.
            if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value)
                && !(request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(header.Name, header.Value))
            {
                throw new ArgumentException($"invalid header {header.Name}");
            }
        }
    }

    private static async Task<ProbeOutcome> TcpAsync(string host, int port, CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port, ct);
            return ProbeOutcome.Success;
        }
        catch (SocketException e)
        {
            return ProbeOutcome.Failure(Describe(e, host, port));
        }
    }

    private static async Task<ProbeOutcome> GrpcAsync(string host, GRPCAction action, TimeSpan timeout, CancellationToken ct)
    {
        using var connection = new GrpcConnection(host, action.Port);
        try
        {
            var request = new Health.HealthCheckRequest { Service = action.Service ?? "" };
            var answer = await connection.UnaryAsync("grpc.health.v1.Health/Check", request, Health.HealthCheckResponse.Parser, ct);
            return answer.Status == Health.HealthCheckResponse.Types.ServingStatus.Serving
                ? ProbeOutcome.Success
                : ProbeOutcome.Failure($"service unhealthy (responded with \"{answer.Status.ToString().ToUpperInvariant()}\")");
        }
        catch (CriException e) when (e.Code == GrpcCode.Unimplemented)
        {
            return ProbeOutcome.Failure("this server does not implement the grpc health protocol (grpc.health.v1.Health): " + e.Message);
        }
        catch (CriException e)
        {
            return ProbeOutcome.Failure($"health rpc failed within {timeout.TotalSeconds:0}s: {e.Description}");
        }
    }

    private static async Task ReadSomeAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await body.ReadAtLeastAsync(new byte[BodyBytesShown], BodyBytesShown, throwOnEndOfStream: false, ct);
    }

    private static string Late(Probe probe, Container container, string podIP) => probe.HTTPGet is { } get
        ? $"Get \"{UrlOf(get, container, podIP)}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        : probe.TCPSocket is { } tcp ? $"dial tcp {(tcp.Host.Length > 0 ? tcp.Host : podIP)}:{PortOf(tcp.Port, container)}: i/o timeout"
        : $"timeout: failed to connect service within {Math.Max(1, probe.TimeoutSeconds)}s: context deadline exceeded";

    private static string Describe(Exception e, string host, int port)
    {
        var socket = e as SocketException ?? e.InnerException as SocketException;
        return socket is null ? (e.InnerException ?? e).Message : $"dial tcp {host}:{port}: connect: {socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.HostUnreachable => "no route to host",
            SocketError.NetworkUnreachable => "network is unreachable",
            SocketError.TimedOut => "connection timed out",
            _ => socket.Message,
        }}";
    }

    private static string Shortened(ReadOnlySpan<byte> text, int bytesMax) => Encoding.UTF8.GetString(text[..Math.Clamp(bytesMax, 0, text.Length)]);
}
