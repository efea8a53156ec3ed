using System.Net;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>Readers that do not read, and readers to whom nothing happens, cost little and hold nobody up.</summary>
[Collection(MemoryCollection.Name)]
public sealed class SlowReaderTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Lists_that_nobody_reads_stay_small_and_hold_nobody_up()
    {
        await using var server = await TestServer.StartAsync();
        var text = new string('x', 900_000);
        for (var i = 0; i < 24; i++)
        {
            Assert.Equal(201, (await server.Admin.PostAsync(Maps, $$$"""{"metadata":{"name":"m{{{i}}}"},"data":{"k":"{{{text}}}"} }""")).Code);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var unread = new List<HttpResponseMessage>();
        for (var i = 0; i < 12; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Maps) { Version = HttpVersion.Version11 };
            unread.Add(await server.ClientOf(server.Authority.Client("admin", "system:masters")).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));
        }

        // 12 lists of 21 MB each: what waits for the readers must be a small part of that.
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(held, long.MinValue, 100_000_000);
        Assert.Equal(200, (await server.Admin.AskAsync(Maps + "/m0")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Maps, """{"metadata":{"name":"new"}}""")).Code);
        unread.ForEach(static response => response.Dispose());
    }

    [Fact]
    public async Task A_watcher_that_does_not_read_is_cut_off_and_others_miss_nothing()
    {
        await using var server = await TestServer.StartAsync();
        await using var slow = await WatchReader.OpenAsync(server.Admin, Maps + "?watch=true");
        await using var eager = await WatchReader.OpenAsync(server.ClientOf(server.Authority.Client("admin", "system:masters")), Maps + "?watch=true");
        var text = new string('x', 900_000);
        var seen = eager.NextAsync(100);

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(201, (await server.Admin.PostAsync(Maps, $$$"""{"metadata":{"name":"m{{{i:000}}}"},"data":{"k":"{{{text}}}"} }""")).Code);
            await server.Admin.RemoveAsync($"{Maps}/m{i:000}");
            if (i < 99 && seen.IsCompleted)
            {
                break;
            }
        }

        Assert.Equal(100, (await seen).Count);
        var read = 0;
        while (await slow.NextAsync() is not null)
        {
            read++;
        }

        Assert.InRange(read, 0, 199);
    }

    [Fact]
    public async Task Thousands_of_idle_watches_cost_little_and_all_hear_what_happens()
    {
        const int Clients = 3;
        const int WatchesEach = 800;
        await using var server = await TestServer.StartAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watches = new List<WatchReader>();
        for (var c = 0; c < Clients; c++)
        {
            var client = server.ClientOf(server.Authority.Client("admin", "system:masters"));
            for (var i = 0; i < WatchesEach; i++)
            {
                watches.Add(await WatchReader.OpenAsync(client, $"{Maps}?watch=true&fieldSelector=metadata.name%3Dm{i % 8}"));
            }
        }

        // Both ends of each watch live in this process.
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / watches.Count;
        Assert.InRange(each, 0, 64_000);
        for (var i = 0; i < 8; i++)
        {
            await server.Admin.PostAsync(Maps, $$$"""{"metadata":{"name":"m{{{i}}}"} }""");
        }

        for (var i = 0; i < watches.Count; i++)
        {
            Assert.Equal([$"ADDED m{i % WatchesEach % 8}"], await watches[i].NextAsync(1));
            await watches[i].DisposeAsync();
        }
    }
}

/// <summary>Tests that measure the memory of the process: while they run, nothing else does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "memory";
}
