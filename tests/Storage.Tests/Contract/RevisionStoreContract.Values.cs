namespace Navarch.Storage.Tests;

/// <content>What is read, and as of when.</content>
public abstract partial class RevisionStoreContract
{
    [Fact]
    public async Task An_empty_store_is_at_revision_1_and_its_first_write_gets_2()
    {
        Assert.Equal(1, Store.CurrentRevision);
        Assert.Equal(1, (await Store.RangeAsync("", Ct)).Revision);

        Assert.Equal(2, (await PutAsync("/a", "1")).Revision);
        Assert.Equal(2, Store.CurrentRevision);
    }

    [Fact]
    public async Task A_value_is_read_as_it_was_written_with_its_revisions()
    {
        await PutAsync("/a", "1");
        await PutAsync("/b", "x");
        await PutAsync("/a", "2");

        AssertValue("/a", "2", create: 2, mod: 4, version: 2, await Store.GetAsync("/a", Ct));
        AssertValue("/b", "x", create: 3, mod: 3, version: 1, await Store.GetAsync("/b", Ct));
        Assert.Null(await Store.GetAsync("/", Ct));
    }

    [Fact]
    public async Task Pages_of_a_range_are_of_one_revision_whatever_is_written_meanwhile()
    {
        Assert.Empty(Assert.Single(await PagesAsync("/many/", _ => Task.CompletedTask)).Entries);
        await Task.WhenAll(Enumerable.Range(0, 5_000).Select(i => PutAsync($"/many/{i:0000}", $"{i}")));
        await PutAsync("/other", "x");
        var revision = Store.CurrentRevision;

        var pages = await PagesAsync("/many/", async page =>
        {
            await PutAsync("/many/0000", "late");
            await PutAsync("/many/4999", "late");
            await CommittedAsync(StoreWrite.Delete(page.Entries[^1].Key));
        });

        Assert.True(pages.Count > 1);
        Assert.All(pages, page => Assert.Equal(revision, page.Revision));
        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => $"/many/{i:0000}"), pages.SelectMany(page => page.Entries).Select(entry => entry.Key));
        Assert.DoesNotContain(pages.SelectMany(page => page.Entries), entry => Text(entry.Value) == "late");
    }

    [Fact]
    public async Task Any_bytes_and_no_bytes_are_values()
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        var large = new byte[1 << 20];
        new Random(1).NextBytes(large);

        await Store.CommitAsync(StoreWrite.Put("/all", all), Ct);
        await Store.CommitAsync(StoreWrite.Put("/none", Array.Empty<byte>()), Ct);
        await Store.CommitAsync(StoreWrite.Put("/large", large), Ct);

        Assert.Equal(all, (await Store.GetAsync("/all", Ct))!.Value.ToArray());
        Assert.Equal(0, (await Store.GetAsync("/none", Ct))!.Value.Length);
        Assert.Equal(large, (await Store.GetAsync("/large", Ct))!.Value.ToArray());
    }

    /// <summary>As large as an object can be: upstream's limit of 1.5 MiB is that of a request to etcd, with key and conditions.</summary>
    [Fact]
    public async Task A_value_of_one_and_a_half_MiB_goes_every_way_a_value_goes()
    {
        var large = new byte[(3 << 19) - 2000];
        new Random(2).NextBytes(large);
        await using var watch = Watch("/", Store.CurrentRevision);
        await PutAsync("/large", "small");
        await watch.NextAsync();

        var written = await CommittedAsync(StoreWrite.Put("/large", large, 2));
        await CommittedAsync(StoreWrite.Delete("/large", written.Revision));
        await CommittedAsync(StoreWrite.Create("/large", large));

        Assert.Equal(large, (await watch.NextAsync()).Value.ToArray());
        Assert.Equal(large, (await watch.NextAsync()).Previous!.Value.ToArray());
        await ReopenAsync();
        Assert.Equal(large, (await Store.GetAsync("/large", Ct))!.Value.ToArray());
        Assert.Equal(large, (await Store.RangeAsync("/", Ct)).Entries.Single().Value.ToArray());
        await using var late = Watch("/", 2);
        Assert.Equal(large, (await late.NextAsync()).Value.ToArray());
    }
}
