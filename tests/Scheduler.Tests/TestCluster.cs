using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.ApiServer;
using Navarch.Client;
using Navarch.Storage.Sqlite;

namespace Navarch.Scheduler.Tests;

/// <summary>A real API server over a real store, with schedulers in its process.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly string directory = Directory.CreateTempSubdirectory("navarch-scheduler-").FullName;
    private readonly X509Certificate2 certificate = SelfSigned();
    private readonly List<Task> schedulers = [];
    private SqliteRevisionStore store = null!;
    private ApiServerHost server = null!;

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
        var certificate = SslStreamCertificateContext.Create(cluster.certificate, null, offline: true);
        X509Certificate2Collection trusted = [cluster.certificate];
        var config = new ApiServerConfig
        {
            Admission = new AdmissionConfig { Disabled = ["ServiceAccount", "TaintNodesByCondition"] }, // Nobody makes accounts here, nor sees that nodes are ready.
            BindAddress = IPAddress.Loopback,
            Port = 0,
            ServerCertificate = () => certificate,
            ClientAuthorities = () => trusted,
            AdvertiseAddress = IPAddress.Loopback,
        };
        cluster.server = await ApiServerHost.StartAsync(config, cluster.store, TimeProvider.System, NullLoggerFactory.Instance, ct);
        cluster.Client = cluster.server.InProcessClient("admin", "system:masters");
        return cluster;
    }

    /// <summary>Starts a scheduler, which ends with <paramref name="stopEarly"/> or with the cluster.</summary>
    public void Schedule(SchedulerConfig config, CancellationToken stopEarly = default) =>
        schedulers.Add(RunSchedulerAsync(config, stopEarly));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(schedulers);
        await server.DisposeAsync();
        await store.DisposeAsync();
        stop.Dispose();
        certificate.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task RunSchedulerAsync(SchedulerConfig config, CancellationToken stopEarly)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, stopEarly);
        try
        {
            await SchedulerProcess.RunAsync(
                config, server.InProcessClient("system:kube-scheduler"), NullLoggerFactory.Instance, TimeProvider.System, new Random(1), either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
