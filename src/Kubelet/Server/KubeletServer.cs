using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Navarch.Kubelet.Server;

/// <summary>
/// The kubelet's own HTTPS server, for the API server: logs, exec, attach, port-forward, and figures. Everything but the
/// health check needs a client certificate of the cluster.
/// </summary>
internal sealed class KubeletServer(KubeletConfig config, ClientCertificates clients, ServerRoutes routes, ILoggerFactory logs)
{
    // The API server cuts idle connections itself; ours only guard against those of nobody.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(5);

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
        app.Use(RefuseStrangersAsync);
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
        options.Limits.KeepAliveTimeout = KeepAlive;
        options.Limits.MinResponseDataRate = null; // A followed log may be silent for hours.
        var certificate = ServerCertificate.Load(config);
        options.Listen(IPAddress.Parse(config.ListenAddress), config.ListenPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (presented, _, _) => clients.IsValid(presented);
            });
        });
    }

    private async Task RefuseStrangersAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path == "/healthz")
        {
            await next(http);
            return;
        }
        var certificate = http.Connection.ClientCertificate;
        if (certificate is null)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await http.Response.WriteAsync("Unauthorized");
        }
        else if (!clients.MayUse(certificate))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            await http.Response.WriteAsync($"Forbidden (user={certificate.GetNameInfo(X509NameType.SimpleName, false)}, verb={http.Request.Method}, resource=nodes)");
        }
        else
        {
            await next(http);
        }
    }
}
