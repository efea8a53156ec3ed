using Navarch.Storage.Etcd;
using Navarch.Testing;

namespace Navarch.Storage.Tests.Etcd;

/// <summary>What befalls one of three members at a time, under load.</summary>
public sealed class FailoverTests : EtcdTest
{
    private const int Writers = 8;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_made_twice_when_members_are_killed_in_turn() =>
        await SurvivesAsync(async (member, goOn) =>
        {
            member.Kill();
            await goOn();
            member.Start();
            await Cluster.ReadyAsync();
            await goOn();
        });

    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_made_twice_when_members_fall_silent_in_turn() =>
        await SurvivesAsync(async (member, goOn) =>
        {
            member.Pause();
            await goOn();
            member.Resume();
            await Cluster.ReadyAsync();
            await goOn();
        });

    [Fact]
    public async Task A_store_goes_on_when_the_only_member_was_killed_and_started_again()
    {
        await StartAsync();
        var store = await OpenAsync();
        await using var watch = Watch(store, "/registry/", store.CurrentRevision);
        await CommittedAsync(store, StoreWrite.Put("/registry/a", Bytes("1")));

        Cluster.Members[0].Kill();
        var waiting = CommittedAsync(store, StoreWrite.Put("/registry/a", Bytes("2")));
        Cluster.Members[0].Start();

        Assert.Equal(3, (await waiting).Revision);
        await watch.UntilAsync(3);
        Assert.Equal(["1", "2"], watch.Seen.Select(change => Text(change.Value)));
    }

    [Fact]
    public async Task A_store_opens_when_only_the_last_of_its_members_can_be_reached()
    {
        await StartAsync();
        var store = await OpenAsync(config => config with { Endpoints = [new("http://127.0.0.1:1"), new("http://127.0.0.1:2"), .. config.Endpoints] });

        Assert.Equal(2, (await CommittedAsync(store, StoreWrite.Put("/registry/a", Bytes("1")))).Revision);
    }

    [Fact]
    public async Task A_store_that_nobody_answers_does_not_open()
    {
        await StartAsync();

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            OpenAsync(config => config with { Endpoints = [new("http://127.0.0.1:1")], CallTimeout = TimeSpan.FromMilliseconds(300) }));

        Assert.Contains("127.0.0.1:1", error.Message);
    }

    /// <summary>Counters, each raised by one writer from what it knows, while <paramref name="fault"/> befalls each member.</summary>
    private async Task SurvivesAsync(Func<EtcdMember, Func<Task>, Task> fault)
    {
        await StartAsync(members: 3);
        var stores = new[] { await OpenAsync(), await OpenAsync(config => config with { Endpoints = [.. config.Endpoints.Reverse()] }) };
        await using var watch = Watch(stores[1], "/registry/", stores[1].CurrentRevision);
        var (acknowledged, stop) = (new int[Writers], new CancellationTokenSource());
        var writers = Enumerable.Range(0, Writers).Select(i => Task.Run(() => CountAsync(stores[i % 2], i, acknowledged, stop.Token))).ToList();

        foreach (var member in Cluster.Members)
        {
            await fault(member, GoOnAsync);
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        var last = await stores[0].ReadRevisionAsync(Ct);
        var marker = await CommittedAsync(stores[0], StoreWrite.Put("/registry/end", Bytes("")));
        await watch.UntilAsync(marker.Revision);
        foreach (var i in Enumerable.Range(0, Writers))
        {
            var key = $"/registry/counters/{i}";
            var values = watch.Seen.Where(change => change.Key == key).Select(change => int.Parse(Text(change.Value))).ToList();
            Assert.Equal(Enumerable.Range(1, values.Count), values);
            Assert.Equal(acknowledged[i], values.Count);
        }
        Assert.Equal(watch.Seen.Select(change => change.ModRevision).Distinct().Order(), watch.Seen.Select(change => change.ModRevision));
        Assert.True(last < marker.Revision);

        async Task GoOnAsync()
        {
            var before = acknowledged.ToArray();
            await Eventually.TrueAsync(() => Enumerable.Range(0, Writers).All(i => Volatile.Read(ref acknowledged[i]) > before[i] + 5), "all writers get on");
        }
    }

    private static async Task CountAsync(EtcdRevisionStore store, int writer, int[] acknowledged, CancellationToken stop)
    {
        var (key, revision) = ($"/registry/counters/{writer}", 0L);
        while (!stop.IsCancellationRequested)
        {
            var value = acknowledged[writer] + 1;
            try
            {
                revision = (await CommittedAsync(store, StoreWrite.Put(key, Bytes($"{value}"), revision))).Revision;
                acknowledged[writer] = value;
            }
            catch (StoreUnavailableException)
            {
                // Certain not to have happened.
            }
            catch (StoreOutcomeUnknownException)
            {
                var found = await store.GetAsync(key, Ct);
                if (found is not null && Text(found.Value) == $"{value}")
                {
                    (revision, acknowledged[writer]) = (found.ModRevision, value);
                }
            }
        }
    }
}
