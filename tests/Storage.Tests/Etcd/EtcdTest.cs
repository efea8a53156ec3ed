using System.Text;
using Navarch.Storage.Etcd;
using Navarch.Testing;

namespace Navarch.Storage.Tests.Etcd;

/// <summary>A cluster for one test, and the stores that it opens over it. Time is real here: what fails, fails in its own time.</summary>
public abstract class EtcdTest : IAsyncDisposable
{
    protected static readonly CancellationToken Ct = CancellationToken.None;

    private readonly List<EtcdRevisionStore> stores = [];
    private EtcdCluster? cluster;

    protected EtcdCluster Cluster => cluster!;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    protected async Task StartAsync(int members = 1, IReadOnlyList<string>? options = null, string scheme = "http")
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        cluster = await EtcdCluster.StartAsync(members, options, scheme);
    }

    /// <summary>A store that loses patience sooner than one would elsewhere.</summary>
    protected async Task<EtcdRevisionStore> OpenAsync(Func<EtcdStoreConfig, EtcdStoreConfig>? configure = null, TimeProvider? time = null)
    {
        var config = new EtcdStoreConfig
        {
            Endpoints = Cluster.Endpoints,
            AttemptTimeout = TimeSpan.FromSeconds(1),
            SilenceMax = TimeSpan.FromSeconds(1),
            CallTimeout = TimeSpan.FromMinutes(1), // What is to come true does so also on a busy machine.
        };
        var store = await EtcdRevisionStore.OpenAsync(configure?.Invoke(config) ?? config, time ?? TimeProvider.System, Ct);
        stores.Add(store);
        return store;
    }

    protected static async Task<CommitResult.Committed> CommittedAsync(IRevisionStore store, StoreWrite write) =>
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(write, Ct));

    protected static StoreWatch Watch(IRevisionStore store, string prefix, long after) =>
        new(store.WatchAsync(prefix, after, Ct).GetAsyncEnumerator(), TimeSpan.FromSeconds(60));

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);
}
