using Navarch.Storage.Etcd;
using Navarch.Testing;

namespace Navarch.Storage.Tests.Etcd;

public sealed class EtcdContractTests : RevisionStoreContract
{
    private EtcdCluster? cluster;

    protected override async Task<IRevisionStore> OpenAsync()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        cluster ??= await EtcdCluster.StartAsync();

        // Real time, as the member's is: on a clock that stands still nothing that failed would ever be tried again. And patience: this is
        // about what is promised, not about a machine that is too busy to keep it within seconds.
        var config = new EtcdStoreConfig { Endpoints = cluster.Endpoints, AttemptTimeout = TimeSpan.FromMinutes(1), CallTimeout = TimeSpan.FromMinutes(2) };
        return await EtcdRevisionStore.OpenAsync(config, TimeProvider.System, Ct);
    }

    protected override async ValueTask CleanUpAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }
}
