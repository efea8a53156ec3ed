using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer;
using Navarch.Client;
using Navarch.Storage.Sqlite;

namespace Navarch.Scheduler.Bench;

/// <summary>
/// The scheduler as it runs: in the API server's process, every binding a write to the store on disk. The pods are there before the
/// scheduler starts; what counts is the time from its start until the last of them has a node.
/// </summary>
internal static class WholeRun
{
    private const int CreatorCount = 64;

    public static async Task<Figures> MeasureAsync(Workload workload, int nodes, int pods, string directory)
    {
        await using var store = await SqliteRevisionStore.OpenAsync(
            new SqliteStoreConfig { Path = Path.Combine(directory, $"{Guid.NewGuid():n}.db") }, TimeProvider.System, CancellationToken.None);
        using var certificate = SelfSigned();
        var shown = SslStreamCertificateContext.Create(certificate, null, offline: true);
        X509Certificate2Collection trusted = [certificate];
        await using var server = await ApiServerHost.StartAsync(
            new ApiServerConfig
            {
                Admission = new AdmissionConfig { Disabled = ["ServiceAccount", "TaintNodesByCondition"] }, // Nobody makes accounts here, nor sees that nodes are ready.
                BindAddress = IPAddress.Loopback,
                Port = 0,
                ServerCertificate = () => shown,
                ClientAuthorities = () => trusted,
                AdvertiseAddress = IPAddress.Loopback,
            },
            store,
            TimeProvider.System,
            NullLoggerFactory.Instance,
            CancellationToken.None);
        var client = server.InProcessClient("admin", "system:masters");
        await CreateAsync(client, nodes, Workload.Node);
        await CreateAsync(client, workload.Templates, workload.Owner);
        await CreateAsync(client, pods, workload.Pod);

        using var stop = new CancellationTokenSource();
        var bound = new Informer<Pod>(client, ListQuery.All with { FieldSelector = "spec.nodeName!=" }, TimeProvider.System, NullLogger.Instance);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var perNode = new Dictionary<string, int>();
        var count = 0;
        bound.Changed += (before, after) =>
        {
            if (before is null && after is not null)
            {
                perNode[after.Spec.NodeName] = perNode.GetValueOrDefault(after.Spec.NodeName) + 1;
                if (++count == pods)
                {
                    all.SetResult();
                }
            }
        };
        var watching = bound.RunAsync(stop.Token);
        await bound.WaitForSyncAsync(CancellationToken.None);

        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes();
        var cpu = Figures.CpuTime();
        var watch = Stopwatch.StartNew();
        var scheduling = SchedulerProcess.RunAsync(
            new SchedulerConfig(),
            server.InProcessClient("system:kube-scheduler"),
            NullLoggerFactory.Instance,
            TimeProvider.System,
            new Random(1),
            stop.Token);
        await await Task.WhenAny(all.Task, scheduling);
        watch.Stop();
        cpu = Figures.CpuTime() - cpu;
        bytes = GC.GetTotalAllocatedBytes() - bytes;

        await stop.CancelAsync();
        await Task.WhenAll(watching, scheduling).ContinueWith(_ => { }, TaskScheduler.Default);
        return new Figures(pods, watch.Elapsed.TotalSeconds, cpu.TotalSeconds, bytes / pods, perNode.Values.Max());
    }

    private static async Task CreateAsync<T>(IClient client, int count, Func<int, T> make) where T : class, IResource<T>
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, CreatorCount).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                var made = make(i);
                var created = await client.CreateAsync(made.WithMetadata(made.Metadata with { UID = "" }), CancellationToken.None);
                if (made is Node node)
                {
                    await client.UpdateStatusAsync(((Node)(object)created) with { Status = node.Status }, CancellationToken.None);
                }
            }
        }));
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
