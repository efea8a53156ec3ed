using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class ComponentStatusTests
{
    [Fact]
    public async Task The_parts_of_the_control_plane_are_well()
    {
        await using var server = await TestServer.StartAsync();

        var list = await server.Admin.AskAsync("/api/v1/componentstatuses");
        Assert.Equal(["controller-manager", "etcd-0", "scheduler"], list.Items.Select(item => (string)item!["metadata"]!["name"]!));
        Assert.Equal(["299 - \"v1 ComponentStatus is deprecated in v1.19+\""], list.Warnings);
        var table = await server.Admin.GetAsync("/api/v1/componentstatuses/scheduler", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.Equal(["scheduler", "Healthy", "ok", ""], table.Json["rows"]![0]!["cells"]!.AsArray().Select(cell => (string)cell!));
        Assert.Equal(405, (await server.Admin.PostAsync("/api/v1/componentstatuses", "{}")).Code);
    }

    [Fact]
    public async Task A_part_that_does_not_renew_its_lease_is_not_well()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(
            "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases",
            """{"metadata":{"name":"kube-scheduler"},"spec":{"holderIdentity":"h","leaseDurationSeconds":15,"acquireTime":"2020-01-01T00:00:00.000000Z","renewTime":"2020-01-01T00:00:00.000000Z"}}""");

        var status = await server.Admin.AskAsync("/api/v1/componentstatuses/scheduler");

        Assert.Equal("False", (string)status.Json["conditions"]![0]!["status"]!);
    }

    [Fact]
    public async Task A_pod_is_bound_by_a_binding_of_its_namespace()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/default/bindings", """{"metadata":{"name":"a"},"target":{"kind":"Node","name":"n"}}""");

        Assert.Equal((201, "Success"), (answer.Code, (string)answer.Json["status"]!));
        Assert.Equal("n", (string)(await server.Admin.AskAsync("/api/v1/namespaces/default/pods/a")).Json["spec"]!["nodeName"]!);
    }

    [Fact]
    public async Task Endpoints_are_served_with_a_warning()
    {
        await using var server = await TestServer.StartAsync();

        var list = await server.Admin.AskAsync("/api/v1/endpoints");

        Assert.Equal(["299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\""], list.Warnings);
    }
}
