using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Navarch.ApiServer.Tests.Server;

/// <summary>Somebody else's HTTPS server on this machine, which answers as a test says.</summary>
internal sealed class JsonListener : IAsyncDisposable
{
    private readonly WebApplication app;
    private int requests;

    private JsonListener(WebApplication app) => this.app = app;

    public Uri Address { get; private set; } = null!;

    public int Requests => Volatile.Read(ref requests);

    public static Task<JsonListener> StartAsync(TestAuthority authority, Func<JsonListener, HttpContext, Task> answer) => StartAsync(authority.Server(), IPAddress.Loopback, answer);

    public static async Task<JsonListener> StartAsync(X509Certificate2 certificate, IPAddress address, Func<JsonListener, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(address, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var listener = new JsonListener(app);
        app.Run(http =>
        {
            Interlocked.Increment(ref listener.requests);
            return answer(listener, http);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        listener.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return listener;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
