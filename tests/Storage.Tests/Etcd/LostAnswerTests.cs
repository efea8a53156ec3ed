using Navarch.Testing;

namespace Navarch.Storage.Tests.Etcd;

public sealed class LostAnswerTests : EtcdTest
{
    [Fact]
    public async Task A_write_whose_answer_was_lost_is_reported_as_made_with_its_revision()
    {
        await StartAsync();
        await using var link = new FaultyLink(Cluster.Members[0].Address);
        var store = await OpenAsync(config => config with { Endpoints = [link.Address] });
        var witness = await OpenAsync();
        var first = await CommittedAsync(store, StoreWrite.Create("/registry/a", Bytes("1")));
        await using var watch = Watch(witness, "/registry/", first.Revision);

        foreach (var write in new[] { StoreWrite.Put("/registry/a", Bytes("2"), first.Revision), StoreWrite.Create("/registry/b", Bytes("1")) })
        {
            link.LosesAnswers = true;
            var answer = CommittedAsync(store, write);
            var seen = await watch.NextAsync();
            link.LosesAnswers = false;
            link.Cut();

            Assert.Equal(seen.ModRevision, (await answer).Revision);
            Assert.Equal(seen.Version, (await witness.GetAsync(write.Key, Ct))!.Version);
        }
    }

    [Fact]
    public async Task A_delete_whose_answer_was_lost_is_not_called_failed()
    {
        await StartAsync();
        await using var link = new FaultyLink(Cluster.Members[0].Address);
        var store = await OpenAsync(config => config with { Endpoints = [link.Address] });
        var witness = await OpenAsync();
        var first = await CommittedAsync(store, StoreWrite.Create("/registry/a", Bytes("1")));
        await using var watch = Watch(witness, "/registry/", first.Revision);

        link.LosesAnswers = true;
        var answer = store.CommitAsync(StoreWrite.Delete("/registry/a", first.Revision), Ct);
        await watch.NextAsync();
        link.LosesAnswers = false;
        link.Cut();

        await Assert.ThrowsAsync<StoreOutcomeUnknownException>(() => answer);
        Assert.Null(await store.GetAsync("/registry/a", Ct));
    }

    [Fact]
    public async Task A_write_that_lost_to_another_while_its_answer_was_lost_is_a_conflict()
    {
        await StartAsync();
        await using var link = new FaultyLink(Cluster.Members[0].Address);
        var store = await OpenAsync(config => config with { Endpoints = [link.Address] });
        var witness = await OpenAsync();
        var first = await CommittedAsync(store, StoreWrite.Create("/registry/a", Bytes("1")));

        link.HoldRequests();
        var answer = store.CommitAsync(StoreWrite.Put("/registry/a", Bytes("mine"), first.Revision), Ct);
        await CommittedAsync(witness, StoreWrite.Put("/registry/a", Bytes("theirs"), first.Revision));
        link.Cut();
        link.PassRequests();

        var conflict = Assert.IsType<CommitResult.Conflict>(await answer);
        Assert.Equal("theirs", Text(conflict.Current!.Value));
    }

    [Fact]
    public async Task A_create_that_was_held_up_does_not_come_true_after_its_object_was_deleted()
    {
        await StartAsync();
        await using var link = new FaultyLink(Cluster.Members[0].Address);
        var store = await OpenAsync(config => config with { Endpoints = [link.Address, Cluster.Members[0].Address] });
        var before = store.CurrentRevision;

        link.HoldRequests();
        var created = await CommittedAsync(store, StoreWrite.Create("/registry/a", Bytes("1"))); // Over the other endpoint, after patience.
        await CommittedAsync(store, StoreWrite.Delete("/registry/a", created.Revision));
        link.PassRequests();

        await using var watch = Watch(store, "", before);
        for (var i = 0; i < 100; i++)
        {
            await watch.UntilAsync((await CommittedAsync(store, StoreWrite.Put("/registry/other", Bytes($"{i}")))).Revision);
        }
        Assert.Equal(
            [StoreEventType.Put, StoreEventType.Delete],
            watch.Seen.Where(change => change.Key == "/registry/a").Select(change => change.Type));
        Assert.NotNull(await store.GetAsync("navarch_fence", Ct)); // What was held up expects it where it is no more.
    }

    [Fact]
    public async Task A_cluster_that_is_gone_is_told_from_a_write_whose_outcome_is_unknown()
    {
        await StartAsync();
        await using var link = new FaultyLink(Cluster.Members[0].Address);
        var store = await OpenAsync(config => config with { Endpoints = [link.Address], CallTimeout = TimeSpan.FromSeconds(5) });
        await CommittedAsync(store, StoreWrite.Create("/registry/a", Bytes("1")));

        link.LosesAnswers = true;
        await Assert.ThrowsAsync<StoreOutcomeUnknownException>(() => store.CommitAsync(StoreWrite.Create("/registry/b", Bytes("1")), Ct));
        link.LosesAnswers = false;
        link.IsDown = true;
        link.Cut();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GetAsync("/registry/a", Ct));
        link.IsDown = false;

        Assert.Equal("1", await ReadAgainAsync());
        await CommittedAsync(store, StoreWrite.Create("/registry/c", Bytes("1")));

        async Task<string> ReadAgainAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (true)
            {
                try
                {
                    return Text((await store.GetAsync("/registry/a", Ct))!.Value);
                }
                catch (StoreUnavailableException)
                {
                    await Task.Delay(10, patience.Token);
                }
            }
        }
    }

    [Fact]
    public async Task A_write_is_not_sent_again_for_a_caller_who_has_gone()
    {
        await StartAsync();
        await using var link = new FaultyLink(Cluster.Members[0].Address);
        var store = await OpenAsync(config => config with { Endpoints = [link.Address] });
        var witness = await OpenAsync();
        await CommittedAsync(store, StoreWrite.Create("/registry/a", Bytes("1")));
        using var gone = new CancellationTokenSource();

        link.LosesAnswers = true;
        var lost = store.CommitAsync(StoreWrite.Create("/registry/b", Bytes("1")), gone.Token);
        while (await witness.GetAsync("/registry/b", Ct) is null)
        {
            await Task.Delay(10, Ct); // The first attempt is carried out; its answer is lost.
        }
        await gone.CancelAsync();
        await CommittedAsync(witness, StoreWrite.Delete("/registry/b"));
        await Assert.ThrowsAsync<StoreOutcomeUnknownException>(() => lost);
        link.LosesAnswers = false;
        link.Cut();

        Assert.Equal("1", Text((await store.GetAsync("/registry/a", Ct))!.Value));
        Assert.Null(await witness.GetAsync("/registry/b", Ct));
    }

    [Fact]
    public async Task Watchers_that_missed_what_was_compacted_are_told_and_the_store_goes_on()
    {
        await StartAsync();
        await using var link = new FaultyLink(Cluster.Members[0].Address);
        var store = await OpenAsync(config => config with { Endpoints = [link.Address] });
        var witness = await OpenAsync();
        await using var watch = Watch(store, "/registry/", store.CurrentRevision);
        await CommittedAsync(store, StoreWrite.Put("/registry/a", Bytes("0")));
        await watch.NextAsync();

        link.IsDown = true;
        link.Cut();
        for (var i = 1; i <= 5; i++)
        {
            await CommittedAsync(witness, StoreWrite.Put("/registry/a", Bytes($"{i}")));
        }
        await witness.CompactAsync(witness.CurrentRevision, Ct);
        link.IsDown = false;

        await Assert.ThrowsAsync<CompactedException>(watch.NextAsync);
        var after = await CommittedAsync(store, StoreWrite.Put("/registry/a", Bytes("6")));
        Assert.Equal("5", Text(after.Previous!.Value));
        await using var anew = Watch(store, "/registry/", after.Revision);
        await CommittedAsync(store, StoreWrite.Put("/registry/a", Bytes("7")));
        Assert.Equal("7", Text((await anew.NextAsync()).Value));
    }
}
