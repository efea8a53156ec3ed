using Navarch.ApiServer.Tests.Server;
using Navarch.Client;

namespace Navarch.Controllers.Tests;

/// <summary>
/// A real API server for one test, its administrator, and what runs beside it until the test ends: that may end by nothing else, and must
/// have the right to all that it does.
/// </summary>
public abstract class OnRealServer : IAsyncLifetime
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> running = [];

    private protected LogLines Logs { get; } = new();

    private protected TestServer Server { get; private set; } = null!;

    private protected RestClient Admin { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync();
        Admin = new RestClient(Kubeconfig.Load(Server.Kubeconfig()).Resolve(), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var task in running)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        Admin.Dispose();
        await Server.DisposeAsync();
        stop.Dispose();
        Assert.DoesNotContain(Logs.Lines, static line => line.Contains("is forbidden", StringComparison.Ordinal));
        GC.SuppressFinalize(this);
    }

    private protected void Run(Func<CancellationToken, Task> part) => running.Add(part(stop.Token));

    /// <param name="client">By default they share the server's process, as in a cluster.</param>
    private protected void RunControllers(ControllerConfig config, IClient? client = null) => Run(ct => ControllerManager.RunAsync(
        config, client ?? Server.Host.InProcessClient("system:kube-controller-manager"), Logs, TimeProvider.System, new Random(1), ct));

    /// <param name="seen">What there was instead, for the message of a test that waits in vain.</param>
    private protected async Task UntilAsync(Func<CancellationToken, Task<bool>> condition, Func<string>? seen = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            while (!await condition(patience.Token))
            {
                await Task.Delay(20, patience.Token);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"waited in vain{(seen is null ? "" : $" for {seen()}")}\n{Logs}", e);
        }
    }
}
