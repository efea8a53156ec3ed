using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class ServiceTests
{
    private const string Services = "/api/v1/namespaces/default/services";

    [Fact]
    public async Task The_kubernetes_service_leads_to_the_server()
    {
        await using var server = await TestServer.StartAsync();

        var service = await server.Admin.AskAsync(Services + "/kubernetes");
        var endpoints = await server.Admin.AskAsync("/api/v1/namespaces/default/endpoints/kubernetes");

        Assert.Equal("10.96.0.1", (string)service.Json["spec"]!["clusterIP"]!);
        Assert.Equal(server.Host.Address.Port, (int)endpoints.Json["subsets"]![0]!["ports"]![0]!["port"]!);
        Assert.Equal(200, (await server.Admin.AskAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes")).Code);
    }

    [Fact]
    public async Task Every_service_gets_an_address_of_its_own_and_a_restart_forgets_none()
    {
        await using var server = await TestServer.StartAsync(config => config with { ServiceNetwork = System.Net.IPNetwork.Parse("10.96.0.0/28") });
        for (var i = 0; i < 13; i++)
        {
            var created = await server.Admin.PostAsync(Services, $$$"""{"metadata":{"name":"s{{{i}}}"},"spec":{"ports":[{"port":80}]}}""");
            Assert.Equal(201, created.Code);
        }

        var addresses = (await server.Admin.AskAsync(Services)).Items.Select(item => (string)item!["spec"]!["clusterIP"]!).ToList();
        Assert.Equal(14, addresses.Distinct().Count());
        var full = await server.Admin.PostAsync(Services, """{"metadata":{"name":"late"},"spec":{"ports":[{"port":80}]}}""");
        Assert.Equal(422, full.Code);

        await server.Admin.RemoveAsync(Services + "/s3");
        Assert.Equal(201, (await server.Admin.PostAsync(Services, """{"metadata":{"name":"late"},"spec":{"ports":[{"port":80}]}}""")).Code);
    }

    [Fact]
    public async Task A_node_port_is_given_once()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}}""");
        Assert.Equal(30080, (int)first.Json["spec"]!["ports"]![0]!["nodePort"]!);
        await server.RestartAsync();

        var second = await server.Admin.PostAsync(Services, """{"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}}""");

        Assert.Equal("Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated", second.Message);
        Assert.Equal(422, (await server.Admin.PostAsync(Services, """{"metadata":{"name":"c"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":99}]}}""")).Code);
        Assert.InRange((int)(await server.Admin.PostAsync(Services, """{"metadata":{"name":"d"},"spec":{"type":"NodePort","ports":[{"port":80}]}}""")).Json["spec"]!["ports"]![0]!["nodePort"]!, 30000, 32767);
    }

    [Fact]
    public async Task A_failed_create_gives_its_address_back()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"ports":[{"port":80}]}}""");

        Assert.Equal(409, (await server.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"clusterIP":"10.96.5.5","ports":[{"port":80}]}}""")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Services, """{"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.5.5","ports":[{"port":80}]}}""")).Code);
        Assert.Equal(422, (await server.Admin.PostAsync(Services, """{"metadata":{"name":"c"},"spec":{"clusterIP":"10.96.5.5","ports":[{"port":80}]}}""")).Code);
    }
}
