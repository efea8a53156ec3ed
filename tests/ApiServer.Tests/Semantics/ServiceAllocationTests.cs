using System.Net;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>Addresses and node ports of services: no two services ever share one, and none is lost.</summary>
public sealed class ServiceAllocationTests
{
    private const string Services = "/api/v1/namespaces/default/services";
    private const string Addresses = "/apis/networking.k8s.io/v1/ipaddresses";
    private const string Ranges = "/apis/networking.k8s.io/v1/servicecidrs";

    [Fact]
    public async Task The_range_and_the_first_address_are_objects_from_the_start()
    {
        await using var server = await TestServer.StartAsync(static config => config with { ServiceNetwork = IPNetwork.Parse("10.96.0.0/20") });

        var range = await server.Admin.AskAsync("/apis/networking.k8s.io/v1/servicecidrs/kubernetes");
        Assert.Equal("10.96.0.0/20", (string)range.Json["spec"]!["cidrs"]![0]!);
        Assert.Equal(("Ready", "True"), ((string)range.Json["status"]!["conditions"]![0]!["type"]!, (string)range.Json["status"]!["conditions"]![0]!["status"]!));
        var first = await server.Admin.AskAsync(Addresses + "/10.96.0.1");
        Assert.Equal("""{"resource":"services","namespace":"default","name":"kubernetes"}""", first.Json["spec"]!["parentRef"]!.ToJsonString());
        Assert.Equal("IPv4", (string)first.Json["metadata"]!["labels"]!["ipaddress.kubernetes.io/ip-family"]!);
        Assert.Equal("ipallocator.k8s.io", (string)first.Json["metadata"]!["labels"]!["ipaddress.kubernetes.io/managed-by"]!);
    }

    [Fact]
    public async Task An_address_object_comes_and_goes_with_its_service()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Services, Service("a"));
        var address = (string)created.Json["spec"]!["clusterIP"]!;

        Assert.Equal("a", (string)(await server.Admin.AskAsync($"{Addresses}/{address}")).Json["spec"]!["parentRef"]!["name"]!);
        await server.Admin.RemoveAsync(Services + "/a");
        Assert.Equal(404, (await server.Admin.AskAsync($"{Addresses}/{address}")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("headless", ",\"clusterIP\":\"None\""))).Code);
        Assert.Single((await server.Admin.AskAsync(Addresses)).Items);
    }

    [Fact]
    public async Task A_type_change_releases_what_the_new_type_does_not_have()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"type":"NodePort","clusterIP":"10.96.7.7","ports":[{"port":80,"nodePort":30100}]}}""");

        var changed = await server.Admin.PatchAsync(Services + "/a", "merge-patch+json", """{"spec":{"type":"ClusterIP"}}""");
        Assert.Null(changed.Json["spec"]!["ports"]![0]!["nodePort"]);
        Assert.Equal("10.96.7.7", (string)changed.Json["spec"]!["clusterIP"]!);
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("b", ",\"type\":\"NodePort\"", 30100))).Code);

        var external = await server.Admin.PatchAsync(Services + "/a", "merge-patch+json", """{"spec":{"type":"ExternalName","externalName":"example.com"}}""");
        Assert.Equal(200, external.Code);
        Assert.Null(external.Json["spec"]!["clusterIP"]);
        Assert.Equal(404, (await server.Admin.AskAsync(Addresses + "/10.96.7.7")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("c", ",\"clusterIP\":\"10.96.7.7\""))).Code);

        var back = await server.Admin.PatchAsync(Services + "/a", "merge-patch+json", """{"spec":{"type":"ClusterIP","externalName":null}}""");
        Assert.Equal(200, back.Code);
        Assert.NotNull(back.Json["spec"]!["clusterIP"]);
    }

    [Fact]
    public async Task A_write_without_the_allocated_values_keeps_them()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Services, Service("a", ",\"type\":\"NodePort\""));

        var updated = await server.Admin.PutAsync(Services + "/a", Service("a", ",\"type\":\"NodePort\",\"selector\":{\"x\":\"y\"}"));

        Assert.Equal(200, updated.Code);
        Assert.Equal((string)created.Json["spec"]!["clusterIP"]!, (string)updated.Json["spec"]!["clusterIP"]!);
        Assert.Equal((int)created.Json["spec"]!["ports"]![0]!["nodePort"]!, (int)updated.Json["spec"]!["ports"]![0]!["nodePort"]!);
        var moved = await server.Admin.PatchAsync(Services + "/a", "merge-patch+json", """{"spec":{"clusterIP":"10.96.9.9","clusterIPs":["10.96.9.9"]}}""");
        Assert.Equal(422, moved.Code);
        Assert.Contains("may not change once set", moved.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(",\"clusterIP\":\"10.97.0.9\"", "spec.clusterIPs: Invalid value: [\"10.97.0.9\"]: failed to allocate IP 10.97.0.9: the provided network does not match the current range")]
    [InlineData(",\"clusterIP\":\"10.96.0.0\"", "spec.clusterIPs: Invalid value: [\"10.96.0.0\"]: failed to allocate IP 10.96.0.0: the provided network does not match the current range")]
    [InlineData(",\"clusterIP\":\"10.96.0.255\"", "spec.clusterIPs: Invalid value: [\"10.96.0.255\"]: failed to allocate IP 10.96.0.255: the provided network does not match the current range")]
    [InlineData(",\"clusterIP\":\"10.96.0.1\"", "spec.clusterIPs: Invalid value: [\"10.96.0.1\"]: failed to allocate IP 10.96.0.1: provided IP is already allocated")]
    [InlineData(",\"ipFamilyPolicy\":\"RequireDualStack\"", "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services")]
    [InlineData(",\"ipFamilies\":[\"IPv6\"]", "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster")]
    public async Task What_cannot_be_given_is_refused(string more, string message)
    {
        await using var server = await TestServer.StartAsync(static config => config with { ServiceNetwork = IPNetwork.Parse("10.96.0.0/24") });

        var answer = await server.Admin.PostAsync(Services, Service("x", more));

        Assert.Equal((422, "Service \"x\" is invalid: " + message), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task An_address_that_somebody_recorded_is_not_given_away()
    {
        await using var server = await TestServer.StartAsync(static config => config with { ServiceNetwork = IPNetwork.Parse("10.96.0.0/29") });
        Assert.Equal(201, (await server.Admin.PostAsync(Addresses, """{"metadata":{"name":"10.96.0.3"},"spec":{"parentRef":{"group":"example.com","resource":"things","name":"mine"}}}""")).Code);

        Assert.Equal(422, (await server.Admin.PostAsync(Services, Service("x", ",\"clusterIP\":\"10.96.0.3\""))).Code);
        var given = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            given.Add((string)(await server.Admin.PostAsync(Services, Service($"s{i}"))).Json["spec"]!["clusterIP"]!);
        }

        Assert.DoesNotContain("10.96.0.3", given);
        Assert.Contains("range is full", (await server.Admin.PostAsync(Services, Service("late"))).Message, StringComparison.Ordinal);
        await server.Admin.RemoveAsync(Addresses + "/10.96.0.3");
        Assert.Equal("10.96.0.3", (string)(await server.Admin.PostAsync(Services, Service("late"))).Json["spec"]!["clusterIP"]!);
    }

    [Fact]
    public async Task A_further_range_gives_addresses_when_the_first_is_full()
    {
        await using var server = await TestServer.StartAsync(static config => config with { ServiceNetwork = IPNetwork.Parse("10.96.0.0/29") });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(201, (await server.Admin.PostAsync(Services, Service($"s{i}"))).Code);
        }

        Assert.Contains("range is full", (await server.Admin.PostAsync(Services, Service("late"))).Message, StringComparison.Ordinal);
        Assert.Equal(201, (await server.Admin.PostAsync(Ranges, Range("more", "10.97.0.0/29"))).Code);

        Assert.StartsWith("10.97.0.", (string)(await server.Admin.PostAsync(Services, Service("late"))).Json["spec"]!["clusterIP"]!, StringComparison.Ordinal);
        var named = await server.Admin.PostAsync(Ranges, Range("named", "10.98.0.0/24"));
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("asked", ",\"clusterIP\":\"10.98.0.9\""))).Code);
        Assert.Equal("asked", (string)(await server.Admin.AskAsync(Addresses + "/10.98.0.9")).Json["spec"]!["parentRef"]!["name"]!);

        await server.RestartAsync();
        Assert.Equal(422, (await server.Admin.PostAsync(Services, Service("again", ",\"clusterIP\":\"10.98.0.9\""))).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("again", ",\"clusterIP\":\"10.98.0.10\""))).Code);
        Assert.Equal("named", (string)named.Json["metadata"]!["name"]!);
    }

    [Fact]
    public async Task A_range_that_goes_or_is_not_ready_gives_nothing_and_takes_nothing()
    {
        await using var server = await TestServer.StartAsync(static config => config with { ServiceNetwork = IPNetwork.Parse("10.96.0.0/24") });
        await server.Admin.PostAsync(Ranges, Range("more", "10.97.0.0/24", ",\"finalizers\":[\"example.com/hold\"]"));
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("a", ",\"clusterIP\":\"10.97.0.1\""))).Code);

        var unready = await server.Admin.PatchAsync(Ranges + "/more/status", "merge-patch+json", """{"status":{"conditions":[{"type":"Ready","status":"False","reason":"Because","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""");
        Assert.Equal(200, unready.Code);
        Assert.Equal(422, (await server.Admin.PostAsync(Services, Service("b", ",\"clusterIP\":\"10.97.0.2\""))).Code);
        await server.Admin.PatchAsync(Ranges + "/more/status", "merge-patch+json", """{"status":{"conditions":[{"type":"Ready","status":"True","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""");
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("b", ",\"clusterIP\":\"10.97.0.2\""))).Code);

        Assert.Equal(200, (await server.Admin.RemoveAsync(Ranges + "/more")).Code);
        Assert.Equal(422, (await server.Admin.PostAsync(Services, Service("c", ",\"clusterIP\":\"10.97.0.3\""))).Code);
        Assert.Equal(200, (await server.Admin.PatchAsync(Services + "/a", "merge-patch+json", """{"spec":{"selector":{"x":"y"}}}""")).Code);
        Assert.Equal("10.97.0.1", (string)(await server.Admin.AskAsync(Services + "/a")).Json["spec"]!["clusterIP"]!);
    }

    [Fact]
    public async Task The_first_range_comes_back()
    {
        await using var server = await TestServer.StartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, Ranges + "?watch=true");

        Assert.Equal(200, (await server.Admin.RemoveAsync(Ranges + "/kubernetes")).Code);

        Assert.Equal(["ADDED kubernetes", "DELETED kubernetes", "ADDED kubernetes", "MODIFIED kubernetes"], await watch.NextAsync(4));
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("a"))).Code);
    }

    [Fact]
    public async Task An_address_object_that_is_deleted_comes_back()
    {
        await using var server = await TestServer.StartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, Addresses + "?watch=true&fieldSelector=metadata.name%3D10.96.0.1");

        Assert.Equal(200, (await server.Admin.RemoveAsync(Addresses + "/10.96.0.1")).Code);

        Assert.Equal(["ADDED 10.96.0.1", "DELETED 10.96.0.1", "ADDED 10.96.0.1"], await watch.NextAsync(3));
    }

    [Fact]
    public async Task Addresses_are_given_from_the_upper_part_while_it_lasts()
    {
        await using var server = await TestServer.StartAsync(static config => config with { ServiceNetwork = IPNetwork.Parse("10.96.0.0/24") });
        for (var i = 0; i < 60; i++)
        {
            // 254 usable addresses keep 16 for services that name theirs.
            var address = IPAddress.Parse((string)(await server.Admin.PostAsync(Services, Service($"s{i}", ",\"type\":\"NodePort\""))).Json["spec"]!["clusterIP"]!);
            Assert.InRange(address.GetAddressBytes()[3], 17, 254);
        }

        Assert.All((await server.Admin.AskAsync(Services)).Items, static item => Assert.InRange((int?)item!["spec"]!["ports"]![0]!["nodePort"] ?? 32000, 30085, 32767));
    }

    [Fact]
    public async Task A_local_load_balancer_has_a_port_for_its_health()
    {
        await using var server = await TestServer.StartAsync();

        var created = await server.Admin.PostAsync(Services, Service("a", ",\"type\":\"LoadBalancer\",\"externalTrafficPolicy\":\"Local\""));
        var port = (int)created.Json["spec"]!["healthCheckNodePort"]!;
        Assert.InRange(port, 30000, 32767);
        await server.RestartAsync();
        var taken = await server.Admin.PostAsync(Services, Service("b", ",\"type\":\"NodePort\"", port));
        Assert.Equal((422, $"Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: {port}: provided port is already allocated"), (taken.Code, taken.Message));
        await server.Admin.RemoveAsync(Services + "/a");
        Assert.Equal(201, (await server.Admin.PostAsync(Services, Service("b", ",\"type\":\"NodePort\"", port))).Code);
    }

    [Fact]
    public async Task Nothing_is_given_twice_however_many_ask()
    {
        const int Seed = 20_260_101;
        await using var server = await TestServer.StartAsync(static config => config with
        {
            ServiceNetwork = IPNetwork.Parse("10.96.0.0/26"), NodePortFirst = 30_000, NodePortLast = 30_039,
        });
        var start = (await server.Admin.AskAsync(Services)).Version;
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"{Services}?watch=true&resourceVersion={start}");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => ChurnAsync(server.Admin, worker, new Random(Seed + worker))));

        // Every state there ever was is in the events: at no moment did two services hold one address or port.
        var end = await server.Admin.PostAsync(Services, """{"metadata":{"name":"the-end"},"spec":{"type":"ExternalName","externalName":"e"}}""");
        var live = new Dictionary<string, JsonNode>();
        while (await watch.NextAsync() is var (type, value))
        {
            var name = (string)value["metadata"]!["name"]!;
            if (name == "the-end")
            {
                break;
            }

            _ = type == "DELETED" ? live.Remove(name) : (live[name] = value["spec"]!) is not null;
            var addresses = live.Values.Select(static spec => (string?)spec["clusterIP"]).OfType<string>().Append("10.96.0.1").ToList();
            Assert.Equal(addresses.Count, addresses.Distinct().Count());
            var ports = live.Values.SelectMany(static spec => spec["ports"]!.AsArray()).Select(static port => (int?)port!["nodePort"]).OfType<int>().ToList();
            Assert.Equal(ports.Count, ports.Distinct().Count());
        }

        Assert.Equal(201, end.Code);
        await AssertRecordedAsync(server);
        await server.RestartAsync();
        await AssertRecordedAsync(server);
    }

    /// <summary>The address objects are those of the services and no others.</summary>
    private static async Task AssertRecordedAsync(TestServer server)
    {
        var held = (await server.Admin.AskAsync("/api/v1/services")).Items
            .Where(static item => item!["spec"]!["clusterIP"] is not null)
            .Select(static item => $"{item!["spec"]!["clusterIP"]} {item["metadata"]!["name"]}").Order();
        var recorded = (await server.Admin.AskAsync(Addresses)).Items
            .Select(static item => $"{item!["metadata"]!["name"]} {item["spec"]!["parentRef"]!["name"]}").Order();
        Assert.Equal(held, recorded);
    }

    private static async Task ChurnAsync(HttpClient client, int worker, Random random)
    {
        for (var i = 0; i < 40; i++)
        {
            var name = $"s{random.Next(12)}";
            switch (random.Next(6))
            {
                case 0 or 1:
                    await client.PostAsync(Services, Service(name, random.Next(2) == 0 ? "" : ",\"type\":\"NodePort\""));
                    break;
                case 2:
                    await client.PostAsync(Services, Service(name, $",\"clusterIP\":\"10.96.0.{random.Next(2, 12)}\",\"type\":\"NodePort\"", random.Next(30_000, 30_008)));
                    break;
                case 3:
                    await client.PatchAsync($"{Services}/{name}", "merge-patch+json", random.Next(2) == 0 ? """{"spec":{"type":"NodePort"}}""" : """{"spec":{"type":"ClusterIP"}}""");
                    break;
                case 4:
                    await client.PatchAsync($"{Services}/{name}", "merge-patch+json", $$$"""{"metadata":{"labels":{"worker":"{{{worker}}}"} } }""");
                    break;
                default:
                    await client.RemoveAsync($"{Services}/{name}");
                    break;
            }
        }
    }

    private static string Range(string name, string cidr, string more = "") => $$$"""{"metadata":{"name":"{{{name}}}"{{{more}}}},"spec":{"cidrs":["{{{cidr}}}"]}}""";

    private static string Service(string name, string more = "", int nodePort = 0) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"ports":[{"port":80{{{(nodePort == 0 ? "" : $",\"nodePort\":{nodePort}")}}}}]{{{more}}}}}""";
}
