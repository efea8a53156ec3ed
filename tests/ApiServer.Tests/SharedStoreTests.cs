using System.Net;
using System.Text;
using Navarch.ApiServer.Tests.Server;
using Navarch.Storage;
using Navarch.Storage.Etcd;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests;

/// <summary>What servers that share one etcd cluster must agree on, and how each behaves when it loses touch with it.</summary>
public sealed class SharedStoreTests : IAsyncLifetime
{
    private const string Services = "/api/v1/namespaces/default/services";
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private readonly List<TestServer> servers = [];
    private EtcdCluster cluster = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        cluster = await EtcdCluster.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task No_address_and_no_node_port_is_given_to_two_services_whichever_server_is_asked()
    {
        const int Ports = 24;
        var (one, two) = (await StartAsync(1, Small), await StartAsync(2, Small));

        for (var round = 0; round < 2; round++)
        {
            // More than there are ports: those who get none must leave no trace.
            var answers = await Task.WhenAll(Enumerable.Range(0, Ports * 2).Select(i =>
                (i % 2 == 0 ? one : two).Admin.PostAsync(Services, $$$"""{"metadata":{"name":"s{{{i}}}"},"spec":{"type":"NodePort","ports":[{"port":80}]}}""")));

            var made = answers.Where(answer => answer.Code == 201).Select(answer => answer.Json).ToList();
            Assert.Equal(Ports, made.Count);
            Assert.Equal(Ports, made.Select(service => (int)service["spec"]!["ports"]![0]!["nodePort"]!).Distinct().Count());
            Assert.Equal(Ports, made.Select(service => (string?)service["spec"]!["clusterIP"]).Distinct().Count());
            Assert.All(answers.Where(answer => answer.Code != 201), answer => Assert.Contains("failed to allocate a nodePort: range is full", answer.Text, StringComparison.Ordinal));
            Assert.Equal(Ports + 1, (await one.Admin.AskAsync("/apis/networking.k8s.io/v1/ipaddresses")).Items.Count);

            var gone = await Task.WhenAll(made.Select((service, i) => (i % 2 == 0 ? one : two).Admin.RemoveAsync($"{Services}/{service["metadata"]!["name"]}")));
            Assert.All(gone, answer => Assert.Equal(200, answer.Code));
        }

        Assert.Single((await two.Admin.AskAsync("/apis/networking.k8s.io/v1/ipaddresses")).Items);
        await using var store = await OpenAsync();
        Assert.Empty((await store.RangeAsync("/registry/ranges/servicenodeports/", TestContext.Current.CancellationToken)).Entries);

        static ApiServerConfig Small(ApiServerConfig config) => config with { NodePortLast = config.NodePortFirst + Ports - 1, ServiceNetwork = IPNetwork.Parse("10.96.0.0/26") };
    }

    [Theory]
    [InlineData("\"type\":\"NodePort\",\"ports\":[{\"port\":80,\"nodePort\":30123}]", "spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated")]
    [InlineData("\"clusterIP\":\"10.96.0.77\",\"ports\":[{\"port\":80}]", "failed to allocate IP 10.96.0.77: provided IP is already allocated")]
    public async Task Of_two_services_that_ask_for_the_same_through_two_servers_one_gets_it(string spec, string refusal)
    {
        var (one, two) = (await StartAsync(1), await StartAsync(2));
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(new[] { one, two }.Select((server, i) =>
                server.Admin.PostAsync(Services, $$$"""{"metadata":{"name":"s{{{round}}}-{{{i}}}"},"spec":{{{{spec}}}}}""")));

            var winner = Assert.Single(answers, answer => answer.Code == 201);
            Assert.Contains(refusal, Assert.Single(answers, answer => answer.Code == 422).Message, StringComparison.Ordinal);
            Assert.Equal(200, (await two.Admin.RemoveAsync($"{Services}/{winner.Json["metadata"]!["name"]}")).Code);
        }
    }

    [Fact]
    public async Task A_node_port_that_a_service_gives_up_is_free_for_the_other_server_at_once()
    {
        var (one, two) = (await StartAsync(1), await StartAsync(2));
        var made = await one.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30200}]}}""");
        Assert.Equal(201, made.Code);

        Assert.Equal(200, (await one.Admin.PatchAsync($"{Services}/a", "merge-patch+json", """{"spec":{"type":"ClusterIP"}}""")).Code);

        var other = await two.Admin.PostAsync(Services, """{"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30200}]}}""");
        Assert.Equal(201, other.Code);
    }

    [Fact]
    public async Task A_claim_that_a_crash_left_behind_does_not_keep_its_service_from_being_made()
    {
        var one = await StartAsync(1);
        await using var store = await OpenAsync();
        await store.CommitAsync(StoreWrite.Create("/registry/ranges/servicenodeports/30300", Encoding.UTF8.GetBytes("default/again")), TestContext.Current.CancellationToken);
        Assert.Equal(201, (await one.Admin.PostAsync("/apis/networking.k8s.io/v1/ipaddresses", """
            {"metadata":{"name":"10.96.0.88","labels":{"ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io","ipaddress.kubernetes.io/ip-family":"IPv4"}},
             "spec":{"parentRef":{"resource":"services","namespace":"default","name":"again"}}}
            """)).Code);

        var refused = await one.Admin.PostAsync(Services, """{"metadata":{"name":"other"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30300}]}}""");
        var made = await one.Admin.PostAsync(Services, """{"metadata":{"name":"again"},"spec":{"type":"NodePort","clusterIP":"10.96.0.88","ports":[{"port":80,"nodePort":30300}]}}""");

        Assert.Equal(422, refused.Code);
        Assert.Equal(201, made.Code);
    }

    [Fact]
    public async Task The_service_kubernetes_leads_to_every_server_that_lives()
    {
        var (one, two) = (await StartAsync(1), await StartAsync(2));
        await UntilAsync(one, "192.0.2.1,192.0.2.2");

        // One that dies says nothing; its lease runs out. It does not before it was seen, however slow this machine is.
        await using (var store = await OpenAsync())
        {
            var lease = StoreWrite.Put("/registry/masterleases/192.0.2.9", "{}"u8.ToArray());
            await store.CommitAsync(lease, TestContext.Current.CancellationToken);
            await UntilAsync(one, "192.0.2.1,192.0.2.2,192.0.2.9");
            await store.CommitAsync(lease with { TimeToLive = TimeSpan.FromSeconds(1) }, TestContext.Current.CancellationToken);
        }

        await UntilAsync(one, "192.0.2.1,192.0.2.2");

        // One that stops says so.
        servers.Remove(two);
        await two.DisposeAsync();
        await UntilAsync(one, "192.0.2.1");

        static async Task UntilAsync(TestServer server, string expected)
        {
            while (true)
            {
                var endpoints = (await server.Admin.AskAsync("/api/v1/namespaces/default/endpoints/kubernetes")).Json;
                var slice = (await server.Admin.AskAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes")).Json;
                var addresses = string.Join(',', endpoints["subsets"]![0]!["addresses"]!.AsArray().Select(address => (string?)address!["ip"]));
                var inSlice = string.Join(',', slice["endpoints"]!.AsArray().Select(endpoint => (string?)endpoint!["addresses"]![0]));
                if (addresses == expected && inSlice == expected)
                {
                    return;
                }

                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task A_server_whose_etcd_is_silent_says_that_it_is_not_well_until_etcd_is_back()
    {
        var one = await StartAsync(1);
        await UntilReadyAsync();

        await cluster.Members[0].PauseAsync(TestContext.Current.CancellationToken);
        foreach (var path in (string[])["/readyz", "/livez"])
        {
            var answer = await one.Admin.AskAsync(path);
            Assert.Equal(500, answer.Code);
            Assert.Contains("[-]etcd failed: reason withheld", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal("internal server error: error getting data from etcd: context deadline exceeded\n", (await one.Admin.AskAsync("/readyz/etcd")).Text);

        cluster.Members[0].Resume();
        await UntilReadyAsync();

        // Etcd has two seconds to answer a check. On a busy machine it may miss them once in a while, and be well.
        async Task UntilReadyAsync()
        {
            while ((await one.Admin.AskAsync("/readyz")).Code != 200)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task A_server_that_missed_what_etcd_has_forgotten_looks_anew_and_has_its_clients_do_so()
    {
        await using var link = new FaultyLink(cluster.Endpoints[0]);
        var (one, two) = (await StartAsync(1), await StartAsync(2, endpoint: link.Address));
        Assert.Equal(201, (await one.Admin.PostAsync(Maps, """{"metadata":{"name":"changed"},"data":{"k":"old"}}""")).Code);
        Assert.Equal(201, (await one.Admin.PostAsync(Maps, """{"metadata":{"name":"deleted"}}""")).Code);
        var before = (string)(await two.Admin.AskAsync(Maps)).Json["metadata"]!["resourceVersion"]!;
        await using var watch = await WatchReader.OpenAsync(two.Admin, $"{Maps}?watch=1&resourceVersion={before}");

        link.IsDown = true;
        link.Cut();
        Assert.Equal(200, (await one.Admin.PatchAsync($"{Maps}/changed", "merge-patch+json", """{"data":{"k":"new"}}""")).Code);
        Assert.Equal(200, (await one.Admin.RemoveAsync($"{Maps}/deleted")).Code);
        Assert.Equal(201, (await one.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30400}]}}""")).Code);
        await using (var store = await OpenAsync())
        {
            await store.CompactAsync(store.CurrentRevision, TestContext.Current.CancellationToken);
        }

        link.IsDown = false;
        var answer = await two.Admin.AskAsync($"{Maps}/changed");
        while (answer.Code != 200)
        {
            answer = await two.Admin.AskAsync($"{Maps}/changed"); // Until then it refuses, rather than to show what is old.
        }

        Assert.Equal("new", (string?)answer.Json["data"]!["k"]);
        Assert.Equal(404, (await two.Admin.AskAsync($"{Maps}/deleted")).Code);
        Assert.Null(await watch.NextAsync());
        await using var resumed = await WatchReader.OpenAsync(two.Admin, $"{Maps}?watch=1&resourceVersion={before}");
        Assert.True(resumed.StatusCode == HttpStatusCode.Gone || (await resumed.NextAsync() is var (type, status) && type == "ERROR" && (int)status["code"]! == 410));

        var taken = await two.Admin.PostAsync(Services, """{"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30400}]}}""");
        Assert.Equal(422, taken.Code);
        Assert.Equal(201, (await two.Admin.PostAsync(Maps, """{"metadata":{"name":"deleted"}}""")).Code);
    }

    private async Task<TestServer> StartAsync(int number, Func<ApiServerConfig, ApiServerConfig>? configure = null, Uri? endpoint = null)
    {
        var server = await TestServer.StartAsync(
            config => (configure?.Invoke(config) ?? config) with { AdvertiseAddress = IPAddress.Parse($"192.0.2.{number}") },
            openStore: async ct => await OpenAsync(endpoint));
        servers.Add(server);
        return server;
    }

    private Task<EtcdRevisionStore> OpenAsync(Uri? endpoint = null) => EtcdRevisionStore.OpenAsync(
        new EtcdStoreConfig { Endpoints = endpoint is null ? cluster.Endpoints : [endpoint], AttemptTimeout = TimeSpan.FromSeconds(1), SilenceMax = TimeSpan.FromSeconds(1) },
        TimeProvider.System,
        TestContext.Current.CancellationToken);
}
