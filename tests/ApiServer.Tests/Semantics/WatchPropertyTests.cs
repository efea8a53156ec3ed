using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>Under writes by many, watches miss nothing, repeat nothing and keep the order; pages show one moment.</summary>
public sealed class WatchPropertyTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const int Seed = 7_654_321;

    [Fact]
    public async Task Every_watch_ends_with_what_a_list_shows()
    {
        await using var server = await TestServer.StartAsync();
        string[] selections = ["", "labelSelector=on", "labelSelector=on%3D1", "labelSelector=!on", "fieldSelector=metadata.name%3Dm3", "fieldSelector=metadata.name!%3Dm3"];
        var readers = selections.Select((selection, i) => FollowAsync(server, selection, resumes: i % 2 == 0)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => WriteAsync(server.Admin, new Random(Seed + worker), 60)));
        await server.Admin.PutAsync(Maps + "/m3", """{"metadata":{"name":"m3"}}""");
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"m3"}}""");
        await server.Admin.PatchAsync(Maps + "/m3", "merge-patch+json", """{"data":{"the":"end"}}""");
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"z-on","labels":{"on":"1"}}}""");
        var end = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"z-off"}}""");

        Assert.Equal(201, end.Code);
        for (var i = 0; i < selections.Length; i++)
        {
            var list = await server.Admin.AskAsync($"{Maps}?{selections[i]}");
            var shown = list.Items.Select(static item => $"{item!["metadata"]!["name"]}@{item["metadata"]!["resourceVersion"]}").Order();
            Assert.Equal(shown, (await readers[i]).Select(static pair => $"{pair.Key}@{pair.Value}").Order());
        }
    }

    [Fact]
    public async Task Pages_under_writes_show_the_moment_of_the_first()
    {
        await using var server = await TestServer.StartAsync();
        await WriteAsync(server.Admin, new Random(Seed), 40);
        var writers = Task.WhenAll(Enumerable.Range(1, 3).Select(worker => WriteAsync(server.Admin, new Random(Seed + worker), 80)));

        var rounds = 0;
        while (!writers.IsCompleted || rounds < 3)
        {
            rounds++;
            var first = await server.Admin.AskAsync(Maps + "?limit=2");
            var paged = Shown(first);
            for (var token = (string?)first.Json["metadata"]!["continue"]; token is not null;)
            {
                var page = await server.Admin.AskAsync($"{Maps}?limit=2&continue={token}");
                Assert.Equal(first.Version, page.Version);
                paged.AddRange(Shown(page));
                token = (string?)page.Json["metadata"]!["continue"];
            }

            var whole = await server.Admin.AskAsync($"{Maps}?resourceVersion={first.Version}&resourceVersionMatch=Exact");
            Assert.Equal(Shown(whole), paged);
        }

        await writers;
    }

    /// <summary>What a watcher believes to exist when it has seen the last write, as name and version.</summary>
    private static async Task<Dictionary<string, string>> FollowAsync(TestServer server, string selection, bool resumes)
    {
        var random = new Random(Seed);
        var client = server.ClientOf(server.Authority.Client("admin", "system:masters"));
        var list = await client.AskAsync($"{Maps}?{selection}");
        var believed = list.Items.ToDictionary(static item => (string)item!["metadata"]!["name"]!, static item => (string)item!["metadata"]!["resourceVersion"]!);
        var last = long.Parse(list.Version, null);
        while (true)
        {
            await using var watch = await WatchReader.OpenAsync(client, $"{Maps}?watch=true&{selection}&resourceVersion={last}");
            var patience = resumes ? random.Next(1, 12) : int.MaxValue;
            for (var i = 0; i < patience && await watch.NextAsync() is var (type, value); i++)
            {
                var (name, version) = ((string)value["metadata"]!["name"]!, (string)value["metadata"]!["resourceVersion"]!);
                var revision = long.Parse(version, null);
                Assert.True(revision > last, $"{revision} after {last}");
                last = revision;
                Assert.Equal(type != "ADDED", believed.ContainsKey(name));
                if (type == "DELETED")
                {
                    believed.Remove(name);
                }
                else
                {
                    believed[name] = version;
                }

                if (IsEnd(selection, name, (string?)value["data"]?["the"]))
                {
                    return believed;
                }
            }
        }
    }

    // The last write that a reader of the selection hears of.
    private static bool IsEnd(string selection, string name, string? data) => selection switch
    {
        "labelSelector=on" or "labelSelector=on%3D1" => name == "z-on",
        "fieldSelector=metadata.name%3Dm3" => data == "end",
        _ => name == "z-off",
    };

    private static List<string> Shown(Answer list) => [.. list.Items.Select(static item => $"{item!["metadata"]!["name"]}@{item["metadata"]!["resourceVersion"]}")];

    private static async Task WriteAsync(HttpClient client, Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var name = $"m{random.Next(9)}";
            var labels = random.Next(3) switch { 0 => "{}", 1 => """{"on":"1"}""", _ => """{"on":"2"}""" };
            switch (random.Next(4))
            {
                case 0:
                    await client.PostAsync(Maps, $$$"""{"metadata":{"name":"{{{name}}}","labels":{{{labels}}} } }""");
                    break;
                case 1:
                    await client.PutAsync($"{Maps}/{name}", $$$"""{"metadata":{"name":"{{{name}}}","labels":{{{labels}}} },"data":{"k":"{{{random.Next(1000)}}}"} }""");
                    break;
                case 2:
                    await client.PatchAsync($"{Maps}/{name}", "merge-patch+json", $$$"""{"metadata":{"labels":{"on":{{{(random.Next(2) == 0 ? "null" : "\"1\"")}}}} } }""");
                    break;
                default:
                    await client.RemoveAsync($"{Maps}/{name}");
                    break;
            }
        }
    }
}
