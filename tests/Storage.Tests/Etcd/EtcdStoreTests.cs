using System.Diagnostics;
using Navarch.Storage.Etcd;

namespace Navarch.Storage.Tests.Etcd;

public sealed class EtcdStoreTests : EtcdTest
{
    [Fact]
    public async Task The_revision_that_is_read_is_not_older_than_what_another_process_acknowledged()
    {
        await StartAsync();
        var (one, two) = (await OpenAsync(), await OpenAsync());
        for (var i = 0; i < 200; i++)
        {
            var written = await CommittedAsync(one, StoreWrite.Put("/registry/a", Bytes($"{i}")));

            Assert.True(await two.ReadRevisionAsync(Ct) >= written.Revision);
        }
        await Eventually.TrueAsync(() => two.CurrentRevision == one.CurrentRevision, "the other learns of all");
    }

    [Fact]
    public async Task Keys_of_one_time_to_live_share_a_lease_and_expire()
    {
        await StartAsync();
        var store = await OpenAsync(config => config with { AttemptTimeout = config.CallTimeout }); // A lease that is asked for again is another.
        foreach (var name in new[] { "x", "y", "z" })
        {
            await CommittedAsync(store, StoreWrite.Create($"/registry/long/{name}", Bytes("1")) with { TimeToLive = TimeSpan.FromHours(1) });
        }
        Assert.Single(Etcdctl("lease", "list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));

        await using var watch = Watch(store, "/registry/events/", store.CurrentRevision);
        var timeToLive = TimeSpan.FromSeconds(2);
        foreach (var name in new[] { "kept", "a", "b" })
        {
            await CommittedAsync(store, StoreWrite.Create($"/registry/events/{name}", Bytes("1")) with { TimeToLive = timeToLive });
        }
        var kept = await CommittedAsync(store, StoreWrite.Put("/registry/events/kept", Bytes("2"))); // Where this machine was too slow: made anew.

        List<StoreEvent> gone = [];
        while (gone.Count < 2)
        {
            await watch.NextAsync();
            gone = [.. watch.Seen.Where(change => change.Type == StoreEventType.Delete && (change.Key != "/registry/events/kept" || change.ModRevision > kept.Revision))];
        }

        Assert.Equal(["/registry/events/a", "/registry/events/b"], gone.Select(change => change.Key).Order());
        Assert.All(gone, change => Assert.Equal("1", Text(change.Previous!.Value)));
        Assert.Equal(["/registry/events/kept"], (await store.RangeAsync("/registry/events/", Ct)).Entries.Select(entry => entry.Key));
    }

    [Fact]
    public async Task One_of_the_processes_compacts_in_each_interval()
    {
        await StartAsync();
        var stores = new List<EtcdRevisionStore>();
        for (var i = 0; i < 3; i++)
        {
            stores.Add(await OpenAsync(config => config with { CompactionInterval = TimeSpan.FromMilliseconds(300) }));
        }
        await Eventually.TrueAsync(() => stores.Sum(store => store.Compactor.Compactions) >= 4, "history is compacted");
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        // Every version of the key is one turn that somebody had; the first knows of no revision to compact, and of those who ended each may have
        // ended in its turn.
        var compactions = stores.Sum(store => store.Compactor.Compactions);
        var version = long.Parse(Etcdctl("get", "compact_rev_key", "-w", "fields").Split('\n').Single(line => line.StartsWith("\"Version\"")).Split(' ')[^1]);
        Assert.InRange(compactions, version - 1 - stores.Count, version - 1);
        Assert.InRange(version, 5, stores.Max(store => store.Compactor.Turns) + 1);
        Assert.InRange((await OpenAsync()).CompactedRevision, 2, version);
    }

    [Fact]
    public async Task A_value_of_almost_the_members_limit_is_stored_and_one_above_is_refused()
    {
        await StartAsync();
        var store = await OpenAsync();
        await using var watch = Watch(store, "/registry/", store.CurrentRevision);
        var large = new byte[(3 << 19) - 1024];
        new Random(1).NextBytes(large);

        var first = await CommittedAsync(store, StoreWrite.Create("/registry/large", large));
        await CommittedAsync(store, StoreWrite.Put("/registry/large", large, first.Revision));
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync(StoreWrite.Create("/registry/larger", new byte[4 << 20]), Ct));

        Assert.Equal("write", refused.ParamName);
        Assert.Equal(large, (await store.GetAsync("/registry/large", Ct))!.Value.ToArray());
        await watch.NextAsync();
        Assert.Equal(large, (await watch.NextAsync()).Value.ToArray());
    }

    [Fact]
    public async Task A_range_of_many_pages_is_of_one_revision()
    {
        await StartAsync();
        var store = await OpenAsync();
        await Parallel.ForAsync(0, 12_000, new ParallelOptions { MaxDegreeOfParallelism = 128 }, async (i, ct) =>
            await store.CommitAsync(StoreWrite.Create($"/registry/many/{i:00000}", Bytes($"{i}")), ct));
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % 12_000)
            {
                await store.CommitAsync(i % 2 == 0 ? StoreWrite.Delete($"/registry/many/{i:00000}") : StoreWrite.Put($"/registry/many/{i:00000}", Bytes("new")), Ct);
            }
        });

        var range = await store.RangeAsync("/registry/many/", Ct);
        await stop.CancelAsync();
        await changing;

        // Deletes and puts went from the first key on: what is there at one revision is a prefix changed and the rest not.
        var changed = range.Entries.Count(entry => Text(entry.Value) == "new");
        Assert.InRange(range.Entries.Count, 12_000 - changed - 1, 12_000 - changed);
        Assert.All(range.Entries, entry => Assert.True(entry.ModRevision <= range.Revision));
        Assert.Equal(range.Entries.Select(entry => entry.Key).Order(StringComparer.Ordinal), range.Entries.Select(entry => entry.Key));
    }

    [Fact]
    public async Task A_cluster_that_does_not_know_the_client_says_so()
    {
        await StartAsync();
        var store = await OpenAsync(config => config with { CallTimeout = TimeSpan.FromSeconds(5) });
        Etcdctl("user", "add", "root:secret");
        Etcdctl("user", "grant-role", "root", "root");
        Etcdctl("auth", "enable");

        var opening = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync());
        var writing = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(StoreWrite.Create("/registry/a", Bytes("1")), Ct));

        Assert.Contains("user name is empty", opening.Message);
        Assert.Contains("user name is empty", writing.Message);
    }

    private string Etcdctl(params string[] arguments)
    {
        var start = new ProcessStartInfo("etcdctl", ["--endpoints", Cluster.Endpoints[0].ToString().TrimEnd('/'), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ETCDCTL_API"] = "3" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
