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
        return await EtcdRevisionStore.OpenAsync(new() { Endpoints = cluster.Endpoints }, Time, Ct);
    }

    protected override async ValueTask CleanUpAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }
}
