using System.Diagnostics;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;
using Navarch.Storage.Etcd;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests;

/// <summary>Servers that share one etcd cluster are one API to their clients.</summary>
public sealed class SeveralServersTests : IAsyncLifetime
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private EtcdCluster cluster = null!;
    private TestServer one = null!;
    private TestServer two = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        cluster = await EtcdCluster.StartAsync();
        var servers = await Task.WhenAll(StartAsync(), StartAsync());
        (one, two) = (servers[0], servers[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task What_one_server_acknowledged_is_readable_through_the_other_at_once()
    {
        for (var i = 0; i < 50; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (one.Admin, two.Admin) : (two.Admin, one.Admin);
            var created = await writer.PostAsync(Maps, $$$"""{"metadata":{"name":"m{{{i}}}"},"data":{"k":"v"}}""");
            Assert.Equal(201, created.Code);
            Assert.Equal(created.Text, (await reader.AskAsync($"{Maps}/m{i}")).Text);

            var updated = await reader.PutAsync($"{Maps}/m{i}", created.Text.Replace("\"v\"", "\"w\"", StringComparison.Ordinal));
            Assert.Equal(200, updated.Code);
            Assert.Equal(updated.Text, (await writer.AskAsync($"{Maps}/m{i}")).Text);
            Assert.Contains((await writer.AskAsync(Maps)).Items, item => (string?)item!["data"]?["k"] == "w");

            Assert.Equal(200, (await writer.RemoveAsync($"{Maps}/m{i}")).Code);
            Assert.Equal(404, (await reader.AskAsync($"{Maps}/m{i}")).Code);
        }
    }

    [Fact]
    public async Task Together_they_give_out_no_more_than_a_quota_has()
    {
        const string Quotas = "/api/v1/namespaces/default/resourcequotas";
        await one.Admin.PostAsync(Quotas, """{"metadata":{"name":"q"},"spec":{"hard":{"count/secrets":"4"}}}""");
        await one.Admin.PatchAsync($"{Quotas}/q/status", "merge-patch+json", """{"status":{"hard":{"count/secrets":"4"},"used":{"count/secrets":"0"}}}""");
        Assert.Equal(200, (await two.Admin.AskAsync($"{Quotas}/q")).Code);
        const string Secrets = "/api/v1/namespaces/default/secrets";

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? one : two).Admin.PostAsync(Secrets, $$$"""{"metadata":{"name":"s{{{i}}}"}}""")));

        Assert.Equal(4, answers.Count(static answer => answer.Code == 201));
        Assert.All(answers.Where(static answer => answer.Code != 201), static answer => Assert.EndsWith("exceeded quota: q, requested: count/secrets=1, used: count/secrets=4, limited: count/secrets=4", answer.Message, StringComparison.Ordinal));
        var kept = (await two.Admin.AskAsync(Secrets)).Items.Select(static item => (string)item!["metadata"]!["name"]!).ToList();
        Assert.Equal(4, kept.Count);

        await one.Admin.RemoveAsync($"{Secrets}/{kept[0]}");
        Assert.Equal(201, (await two.Admin.PostAsync(Secrets, """{"metadata":{"name":"next"}}""")).Code);
    }

    [Fact]
    public async Task A_watch_on_one_server_sees_the_writes_of_both_in_one_order()
    {
        var start = (string)(await one.Admin.AskAsync(Maps)).Json["metadata"]!["resourceVersion"]!;
        var seen = await Task.WhenAll(WatchAsync(one), WatchAsync(two), WriteAsync(one.Admin, "a"), WriteAsync(two.Admin, "b"));

        Assert.Equal(100, seen[0].Count);
        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(seen[0].Order(), seen[0]);

        async Task<List<long>> WatchAsync(TestServer server)
        {
            var revisions = new List<long>();
            await using var stream = await server.Admin.GetStreamAsync($"{Maps}?watch=1&resourceVersion={start}", TestContext.Current.CancellationToken);
            using var lines = new StreamReader(stream);
            while (revisions.Count < 100)
            {
                var line = await lines.ReadLineAsync(TestContext.Current.CancellationToken);
                revisions.Add(long.Parse((string)JsonNode.Parse(line!)!["object"]!["metadata"]!["resourceVersion"]!));
            }
            return revisions;
        }

        static async Task<List<long>> WriteAsync(HttpClient client, string prefix)
        {
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal(201, (await client.PostAsync(Maps, $$$"""{"metadata":{"name":"{{{prefix}}}{{{i}}}"}}""")).Code);
            }
            return [];
        }
    }

    [Fact]
    public async Task Of_two_who_update_the_same_version_through_two_servers_one_wins()
    {
        var created = await one.Admin.PostAsync(Maps, """{"metadata":{"name":"contended"},"data":{"n":"0"}}""");
        for (var round = 1; round <= 20; round++)
        {
            var before = (await one.Admin.AskAsync($"{Maps}/contended")).Text;
            var answers = await Task.WhenAll(new[] { one, two }.Select((server, i) =>
            {
                var wanted = JsonNode.Parse(before)!;
                wanted["data"]!["n"] = $"{round}-{i}";
                return server.Admin.PutAsync($"{Maps}/contended", wanted.ToJsonString());
            }));
            Assert.Equal([200, 409], answers.Select(answer => answer.Code).Order());
        }
        Assert.Equal(201, created.Code);
    }

    [Fact]
    public async Task A_patch_without_a_version_is_never_lost_among_servers()
    {
        await one.Admin.PostAsync(Maps, """{"metadata":{"name":"patched"}}""");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var answer = await (i % 2 == 0 ? one : two).Admin.PatchAsync($"{Maps}/patched", "merge-patch+json", $$$"""{"data":{"k{{{i}}}":"v"}}""");
            Assert.Equal(200, answer.Code);
        }));

        Assert.Equal(40, (await two.Admin.AskAsync($"{Maps}/patched")).Json["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Objects_lie_in_etcd_where_its_tools_are_used_to_find_them()
    {
        await one.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        var start = new ProcessStartInfo("etcdctl", ["--endpoints", cluster.Endpoints[0].ToString().TrimEnd('/'), "get", "/registry", "--prefix", "--keys-only"])
        {
            RedirectStandardOutput = true,
            Environment = { ["ETCDCTL_API"] = "3" },
        };
        using var etcdctl = Process.Start(start)!;
        var keys = (await etcdctl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');

        string[] expected = ["/registry/configmaps/default/a", "/registry/namespaces/kube-system", "/registry/services/specs/default/kubernetes", "/registry/services/endpoints/default/kubernetes"];
        Assert.Empty(expected.Except(keys));
    }

    private async Task<TestServer> StartAsync() => await TestServer.StartAsync(
        openStore: async ct => await EtcdRevisionStore.OpenAsync(new() { Endpoints = cluster.Endpoints }, TimeProvider.System, ct));
}
