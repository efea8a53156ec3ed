using Navarch.Cluster.Backup;
using Navarch.Storage;
using Navarch.Storage.Etcd;
using Navarch.Storage.Snapshots;
using Navarch.Testing;

namespace Navarch.Cluster.Tests.Backup;

/// <summary>A cluster of several control planes is restored into its etcd by whichever server is first.</summary>
public sealed class RestoredEtcdTests : IAsyncLifetime
{
    private readonly StoppedCluster cluster = new();
    private readonly StoppedCluster machine = new();
    private EtcdCluster? etcd;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        etcd = await EtcdCluster.StartAsync();
        await cluster.CreateAsync(objects: 500, ct: Ct);
        cluster.Profiles.Save(cluster.Profiles.Get(StoppedCluster.Name) with { ControlPlanes = 3 });
        await cluster.Backup.RunAsync(StoppedCluster.Name, cluster["backup.tar"], isDataOnly: false, Ct);
        await machine.Restore.RunAsync(cluster["backup.tar"], null, null, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        cluster.Dispose();
        machine.Dispose();
        if (etcd is not null)
        {
            await etcd.DisposeAsync();
        }
    }

    [Fact]
    public async Task Three_servers_that_start_together_find_every_object_above_all_old_revisions()
    {
        var old = (await cluster.ObjectsAsync(Ct)).Revision;
        Assert.Equal(3, machine.Profiles.Get(StoppedCluster.Name).ControlPlanes);
        Assert.False(File.Exists(machine.Paths.Database));

        var stores = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync()));

        var expected = (await cluster.ObjectsAsync(Ct)).Entries.Select(static entry => entry.Key).Where(static key => !key.Contains("masterleases", StringComparison.Ordinal)).ToList();
        foreach (var store in stores)
        {
            var found = await store.RangeAsync("/registry/", Ct);
            Assert.Equal(expected, found.Entries.Select(static entry => entry.Key));
            Assert.All(found.Entries, entry => Assert.True(entry.ModRevision > old + 1_000_000_000));
            await store.DisposeAsync();
        }

        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(machine.Paths.RestoredObjects)!), static file => file.Contains("restored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_server_that_was_killed_has_begun_the_next_one_finishes()
    {
        await using (var store = await OpenAsync())
        {
            await store.CommitAsync(StoreWrite.Put(ShiftedRevisionStore.Key, "filling"u8.ToArray()), Ct);
            await store.CommitAsync(StoreWrite.Put("/registry/configmaps/default/m0000", "{\"n\":0}"u8.ToArray()), Ct);
        }

        await using var started = await StartAsync();

        Assert.Equal(501, (await started.RangeAsync("/registry/", Ct)).Entries.Count);
    }

    [Fact]
    public async Task An_etcd_that_holds_another_cluster_is_left_as_it_is()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(StoreWrite.Put("/registry/pods/default/mine", "{}"u8.ToArray()), Ct);

        var error = await Assert.ThrowsAsync<StoreDataException>(() => RestoredEtcd.FillAsync(machine.Paths.RestoredObjects, store, TimeProvider.System, Ct));

        Assert.Equal("a restored cluster needs an empty etcd, and this one holds /registry/pods/default/mine", error.Message);
        Assert.Single((await store.RangeAsync("/registry/", Ct)).Entries);
        Assert.True(File.Exists(machine.Paths.RestoredObjects));
    }

    // As a server does before it serves.
    private async Task<IRevisionStore> StartAsync()
    {
        var store = await OpenAsync();
        await RestoredEtcd.FillAsync(machine.Paths.RestoredObjects, store, TimeProvider.System, Ct);
        return await ShiftedRevisionStore.OverAsync(store, Ct);
    }

    private async Task<IRevisionStore> OpenAsync() => await EtcdRevisionStore.OpenAsync(new() { Endpoints = etcd!.Endpoints }, TimeProvider.System, Ct);
}
