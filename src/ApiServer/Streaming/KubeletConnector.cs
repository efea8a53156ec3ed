using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Navarch.Client;
using Navarch.Machinery.Certificates;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// Connects to kubelets with the server's own certificate, and only to the kubelet that is meant: a node that names
/// another machine's address as its own gets no connection with the server's identity.
/// </summary>
internal sealed class KubeletConnector(Func<X509Certificate2>? identity, Func<X509Certificate2Collection> authorities, BackendDialer dialer, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(10);

    // Guards the invokers.
    private readonly Lock gate = new();
    private readonly Dictionary<string, (HttpMessageInvoker Invoker, X509Certificate2 Identity)> invokers = [];

    /// <summary>An authenticated connection for bytes that are not HTTP requests and answers.</summary>
    /// <exception cref="StatusException">500: the kubelet cannot be reached or is somebody else.</exception>
    public async Task<SslStream> DialAsync(KubeletAddress address, CancellationToken ct)
    {
        Require();
        try
        {
            var connection = await dialer.ConnectAsync(address.Host, address.Port, ct);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, HandshakePatience, Timeout.InfiniteTimeSpan);
            var tls = new SslStream(connection);
            try
            {
                await tls.AuthenticateAsClientAsync(Tls(address), patience.Token);
                return tls;
            }
            catch
            {
                await tls.DisposeAsync();
                throw;
            }
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or TimeoutException or AddressNotAllowedException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            var why = e is OperationCanceledException ? "i/o timeout" : e.Message;
            throw StatusErrors.InternalError($"error dialing backend: dial tcp {address.Authority}: {why}").AsException(e);
        }
    }

    /// <summary>Sends one request; the answer's body is still to be read.</summary>
    /// <exception cref="StatusException">500: the kubelet cannot be reached or is somebody else.</exception>
    public async Task<HttpResponseMessage> SendAsync(KubeletAddress address, HttpRequestMessage request, CancellationToken ct)
    {
        Require();
        try
        {
            return await InvokerOf(address).SendAsync(request, ct);
        }
        catch (HttpRequestException e)
        {
            throw StatusErrors.InternalError($"{request.Method} \"https://{address.Authority}{request.RequestUri!.AbsolutePath}\": {e.InnerException?.Message ?? e.Message}").AsException(e);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var (invoker, _) in invokers.Values)
            {
                invoker.Dispose();
            }
        }
    }

    // A handler checks certificates by one rule for all its connections, so each node has one of its own. And it shows one certificate on
    // all of them: with another begins another, for a kubelet that does not know the first one any more would refuse what comes that way
    // for ever. The one before is not disposed, as somebody may just begin to use it: its connections end when they are idle.
    private HttpMessageInvoker InvokerOf(KubeletAddress address)
    {
        var shown = identity!();
        lock (gate)
        {
            if (!invokers.TryGetValue(address.NodeName, out var known) || !ReferenceEquals(known.Identity, shown))
            {
                if (invokers.Count > 10_000)
                {
                    throw StatusErrors.InternalError("too many nodes").AsException();
                }

                invokers[address.NodeName] = known = (new HttpMessageInvoker(new ConnectionErrorHandler(new SocketsHttpHandler
                {
                    AllowAutoRedirect = false, // Credentials must not follow where a kubelet points.
                    UseProxy = false,
                    UseCookies = false,
                    AutomaticDecompression = System.Net.DecompressionMethods.None,
                    PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                    MaxConnectionsPerServer = 256,
                    ConnectTimeout = HandshakePatience,
                    ConnectCallback = dialer.ConnectAsync,
                    RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8,
                    SslOptions = Tls(address),
                })), shown);
            }

            return known.Invoker;
        }
    }

    private void Require()
    {
        if (identity is null)
        {
            throw StatusErrors.InternalError("the server has no certificate for kubelets").AsException();
        }
    }

    private SslClientAuthenticationOptions Tls(KubeletAddress address) => new()
    {
        TargetHost = address.Host,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => identity!(),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 presented && IsKubeletOf(address.NodeName, presented),
    };

    private bool IsKubeletOf(string nodeName, X509Certificate2 certificate) =>
        CertificateChain.IsFrom(authorities(), certificate, CertificateChain.ServerAuthentication, time.GetUtcNow())
        && certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == $"system:node:{nodeName}";
}
