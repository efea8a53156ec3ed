using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.ApiServer;
using Navarch.Client;
using Navarch.Storage.Sqlite;

namespace Navarch.Scheduler.Tests;

/// <summary>A real API server over a real store, with a scheduler in its process.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly string directory = Directory.CreateTempSubdirectory("navarch-scheduler-").FullName;
    private readonly X509Certificate2 certificate = SelfSigned();
    private SqliteRevisionStore store = null!;
    private ApiServerHost server = null!;
    private Task scheduling = Task.CompletedTask;

    private TestCluster()
    {
    }

    public IClient Client { get; private set; } = null!;

    public static async Task<TestCluster> StartAsync()
    {
        var cluster = new TestCluster();
        var ct = TestContext.Current.CancellationToken;
        cluster.store = await SqliteRevisionStore.OpenAsync(
            new SqliteStoreConfig { Path = Path.Combine(cluster.directory, "state.db") }, TimeProvider.System, ct);
        var config = new ApiServerConfig
        {
            BindAddress = IPAddress.Loopback,
            Port = 0,
            ServerCertificate = cluster.certificate,
            ClientAuthorities = [cluster.certificate],
            AdvertiseAddress = IPAddress.Loopback,
        };
        cluster.server = await ApiServerHost.StartAsync(config, cluster.store, TimeProvider.System, NullLoggerFactory.Instance, ct);
        cluster.Client = cluster.server.InProcessClient("admin", "system:masters");
        cluster.scheduling = SchedulerProcess.RunAsync(
            new SchedulerConfig(),
            cluster.server.InProcessClient("system:kube-scheduler"),
            NullLoggerFactory.Instance,
            TimeProvider.System,
            new Random(1),
            cluster.stop.Token);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await scheduling.ContinueWith(_ => { }, TaskScheduler.Default); // It ends by cancellation; what else it died of the test has seen.
        await server.DisposeAsync();
        await store.DisposeAsync();
        stop.Dispose();
        certificate.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
