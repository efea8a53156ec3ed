using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navarch.Client.Serving;

namespace Navarch.ApiServer.Pipeline;

/// <summary>Kestrel with one HTTPS listener and one application, without a host around it.</summary>
internal sealed class HttpsServer : IAsyncDisposable
{
    // Slower than this, on the average of five seconds, is nobody who wants to get something said or read.
    private static readonly MinDataRate Trickle = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly Newcomers newcomers;
    private readonly ServiceProvider services;
    private readonly IServer server;

    public HttpsServer(ApiServerConfig config, ILoggerFactory logs)
    {
        newcomers = new Newcomers(config.Limits.Newcomers, config.Limits.NewcomersPerAddress);
        var collection = new ServiceCollection();
        collection.AddSingleton(logs);
        collection.AddLogging();
        collection.AddMetrics();
        collection.AddSingleton(new System.Diagnostics.DiagnosticListener("Navarch.ApiServer"));
        collection.AddSingleton<System.Diagnostics.DiagnosticSource>(static provider => provider.GetRequiredService<System.Diagnostics.DiagnosticListener>());
        new ServicesOnly(collection).UseKestrelCore();
        collection.Configure<KestrelServerOptions>(options => Configure(options, config));
        services = collection.BuildServiceProvider();
        server = services.GetRequiredService<IServer>();
    }

    /// <summary>Where the server listens, once it has started.</summary>
    public Uri Address => new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken ct) where TContext : notnull =>
        server.StartAsync(application, ct);

    /// <summary>Takes no new connections and waits for requests under way until <paramref name="ct"/> ends.</summary>
    public Task StopAsync(CancellationToken ct) => server.StopAsync(ct);

    public async ValueTask DisposeAsync() => await services.DisposeAsync();

    private void Configure(KestrelServerOptions options, ApiServerConfig config)
    {
        var limits = config.Limits;
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = RequestBody.BytesMax;
        options.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        options.Limits.MaxConcurrentConnections = DescriptorLimit.Connections(limits.Connections, DescriptorLimit.Current);
        options.Limits.MaxConcurrentUpgradedConnections = 2_000;
        options.Limits.KeepAliveTimeout = limits.IdlePatience;
        options.Limits.RequestHeadersTimeout = limits.HeadPatience;
        options.Limits.MinRequestBodyDataRate = Trickle;
        options.Limits.MinResponseDataRate = Trickle;
        options.Limits.Http2.MaxStreamsPerConnection = limits.StreamsPerConnection;
        options.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
        options.Limits.Http2.InitialStreamWindowSize = 1 << 20;
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        options.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(30);
        options.Listen(new IPEndPoint(config.BindAddress, config.Port), listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(newcomers.Guard);
            listen.UseHttps(Https(config));
        });
    }

    private static HttpsConnectionAdapterOptions Https(ApiServerConfig config)
    {
        return new HttpsConnectionAdapterOptions
        {
            ServerCertificate = config.ServerCertificate().TargetCertificate,
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = static (_, _, _) => true,
            CheckCertificateRevocation = false,
            HandshakeTimeout = config.Limits.HandshakePatience,
            OnAuthenticate = (_, tls) =>
            {
                tls.ServerCertificateContext = config.ServerCertificate();
                tls.ServerCertificate = null;
                tls.CertificateChainPolicy = PossessionOnly(config.ClientAuthorities());
                tls.AllowRenegotiation = false;
            },
        };
    }

    // The chain is checked by the authenticator, which answers a stranger with 401 and not with a broken handshake.
    // Here only possession of the key is proven. Nothing is fetched from addresses a stranger's certificate names.
    private static X509ChainPolicy PossessionOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            VerificationFlags = X509VerificationFlags.AllFlags,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>Lets Kestrel's own extension methods register what it needs, where there is no host.</summary>
    private sealed class ServicesOnly(IServiceCollection services) : IWebHostBuilder
    {
        private readonly WebHostBuilderContext context = new()
        {
            Configuration = new ConfigurationBuilder().Build(),
        };

#pragma warning disable ASPDEPR008 // The interface asks for it; nothing calls it.
        public IWebHost Build() => throw new NotSupportedException();
#pragma warning restore ASPDEPR008

        public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

        public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
        {
            configureServices(services);
            return this;
        }

        public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
        {
            configureServices(context, services);
            return this;
        }

        public string? GetSetting(string key) => null;

        public IWebHostBuilder UseSetting(string key, string? value) => this;
    }
}
