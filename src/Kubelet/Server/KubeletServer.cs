using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navarch.Client;
using Navarch.Client.Serving;
using Navarch.Kubelet.Server.Access;

namespace Navarch.Kubelet.Server;

/// <summary>
/// The kubelet's own HTTPS server, for the API server: logs, exec, attach, port-forward, and figures. Everything but the
/// health check is for those who may (<see cref="AccessCheck"/>).
/// </summary>
internal sealed class KubeletServer(KubeletConfig config, FileValue<X509Certificate2> certificate, AccessCheck access, ServerRoutes routes, ILoggerFactory logs)
{
    // Whoever holds connections open, or streams, takes them from others: a node has sessions by the dozen.
    private const int ConnectionsMax = 2_000;
    private const int SessionsMax = 1_000;
    private const int BodyBytesMax = 1 << 20;
    private const int NewcomersMax = 500;
    private const int NewcomersPerAddressMax = 100;

    // The API server cuts idle connections itself; ours only guard against those of nobody.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan HeadersPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(10);

    private readonly Newcomers _newcomers = new(NewcomersMax, NewcomersPerAddressMax);
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The port it listens on; 0 until it does.</summary>
    public int Port => _port.Task.IsCompletedSuccessfully ? _port.Task.GetAwaiter().GetResult() : 0;

    /// <summary>Completes when it listens.</summary>
    public Task Listening => _port.Task;

    /// <exception cref="IOException">The address is taken.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        await using var app = builder.Build();
        app.Use(access.PassAsync);
        routes.Map(app);
        await app.StartAsync(ct);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _port.TrySetResult(new Uri(address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal)).Port);
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            // Followed logs and open sessions would keep a graceful stop waiting for ever.
            using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
            await app.StopAsync(atOnce.Token);
        }
    }

    private void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = ConnectionsMax;
        options.Limits.MaxConcurrentUpgradedConnections = SessionsMax;
        options.Limits.MaxRequestBodySize = BodyBytesMax;
        options.Limits.KeepAliveTimeout = KeepAlive;
        options.Limits.RequestHeadersTimeout = HeadersPatience;
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        options.Limits.MinResponseDataRate = null; // A followed log may be silent for hours.
        options.Listen(IPAddress.Parse(config.ListenAddress), config.ListenPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(_newcomers.Guard);
            listen.UseHttps(https =>
            {
                https.ServerCertificateSelector = (_, _) => certificate.Current;
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.HandshakeTimeout = HandshakePatience;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                // A stranger is answered with 401 and not with a broken handshake. Here only possession of the key is proven.
                https.ClientCertificateValidation = static (_, _, _) => true;
                https.OnAuthenticate = static (_, tls) =>
                {
                    tls.AllowRenegotiation = false;
                    // A stranger's certificate names addresses to fetch from.
                    tls.CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
                };
            });
        });
    }
}
