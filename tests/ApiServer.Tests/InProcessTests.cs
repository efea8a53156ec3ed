using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Tests.Server;
using Navarch.Client;

namespace Navarch.ApiServer.Tests;

public sealed class InProcessTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_are_written_and_read_without_sockets()
    {
        await using var server = await TestServer.StartAsync();
        var client = server.Host.InProcessClient("admin", "system:masters");

        var created = await client.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "a", Namespace = "default" } }, Ct);
        var updated = await client.UpdateAsync(created with { Data = [new("k", "v")] }, Ct);
        var list = await client.ListAsync<ConfigMap>(ListQuery.In("default"), Ct);

        Assert.Equal(updated, Assert.Single(list.Items));
        Assert.NotEqual(created.Metadata.ResourceVersion, updated.Metadata.ResourceVersion);
        var conflict = await Assert.ThrowsAsync<ApiException>(() => client.UpdateAsync(created with { Data = [new("k", "w")] }, Ct));
        Assert.True(conflict.IsConflict);
        await client.DeleteAsync<ConfigMap>(NamespacedName.Of(created), Ct);
        Assert.Null(await client.FindAsync<ConfigMap>(NamespacedName.Of(created), Ct));
    }

    [Fact]
    public async Task All_readers_share_one_record()
    {
        await using var server = await TestServer.StartAsync();
        var client = server.Host.InProcessClient("admin", "system:masters");
        await client.ListAsync<ConfigMap>(ListQuery.All, Ct);
        await client.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "a", Namespace = "default" } }, Ct);

        Assert.Same(await client.GetAsync<ConfigMap>(new NamespacedName("default", "a"), Ct), await client.GetAsync<ConfigMap>(new NamespacedName("default", "a"), Ct));
    }

    [Fact]
    public async Task An_informer_follows_the_server()
    {
        await using var server = await TestServer.StartAsync();
        var client = server.Host.InProcessClient("admin", "system:masters");
        var informer = new Informer<ConfigMap>(client, ListQuery.All, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(Ct);
        var seen = new TaskCompletionSource<ConfigMap>(TaskCreationOptions.RunContinuationsAsynchronously);
        informer.Changed += (_, after) => seen.TrySetResult(after!);

        var created = await client.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "a", Namespace = "default" } }, Ct);

        Assert.Equal(created, await seen.Task.WaitAsync(Ct));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Strangers_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        var client = server.Host.InProcessClient("eve");

        var refused = await Assert.ThrowsAsync<ApiException>(() => client.ListAsync<Pod>(ListQuery.In("default"), Ct));

        Assert.Equal("pods is forbidden: User \"eve\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"", refused.Message);
    }

    [Fact]
    public async Task A_pod_is_bound_once()
    {
        await using var server = await TestServer.StartAsync();
        var client = server.Host.InProcessClient("system:kube-scheduler");
        var admin = server.Host.InProcessClient("admin", "system:masters");
        var pod = await admin.CreateAsync(
            new Pod { Metadata = new ObjectMeta { Name = "a", Namespace = "default" }, Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] } }, Ct);
        var binding = new Binding { Metadata = new ObjectMeta { Name = "a", Namespace = "default" }, Target = new ObjectReference { Kind = "Node", Name = "n" } };

        await client.PostAsync<Pod, Binding, Status>(NamespacedName.Of(pod), "binding", binding, Ct);

        var bound = await client.GetAsync<Pod>(NamespacedName.Of(pod), Ct);
        Assert.Equal(("n", "True"), (bound.Spec.NodeName, bound.Status.Conditions.Single(c => c.Type == "PodScheduled").Status));
        var again = await Assert.ThrowsAsync<ApiException>(() => client.PostAsync<Pod, Binding, Status>(NamespacedName.Of(pod), "binding", binding, Ct));
        Assert.Equal("Operation cannot be fulfilled on pods/binding \"a\": pod a is already assigned to node \"n\"", again.Message);
    }
}
