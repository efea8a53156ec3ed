using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests;

public sealed class InformerTests : IAsyncLifetime
{
    private readonly FakeTime time = new();
    private readonly CancellationTokenSource stop = new();
    private readonly FakeCluster cluster;
    private readonly Informer<Pod> pods;
    private Task running = Task.CompletedTask;

    public InformerTests()
    {
        cluster = new FakeCluster(time);
        pods = new Informer<Pod>(cluster, ListQuery.All, time, NullLogger.Instance, new Random(1));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.IsCompletedSuccessfully ? Task.FromCanceled(stop.Token) : running);
        stop.Dispose();
    }

    [Fact]
    public async Task What_exists_is_there_after_the_first_list()
    {
        cluster.With(A.Pod("a"), A.Pod("b"));
        await StartAsync();

        Assert.Equal(["a", "b"], pods.List().Select(pod => pod.Metadata.Name).Order());
        Assert.True(pods.TryGet(new("default", "a"), out var found));
        Assert.Equal("a", found.Metadata.Name);
    }

    [Fact]
    public async Task Changes_arrive_in_order_and_are_readable_when_told()
    {
        var told = new List<string>();
        pods.Changed += (before, after) => told.Add(
            $"{before?.Status.Phase ?? "-"}>{after?.Status.Phase ?? "-"} {pods.Find(NamespacedName.Of((after ?? before)!))?.Status.Phase ?? "-"}");
        await StartAsync();

        var pod = await cluster.CreateAsync(A.Pod("a"), default);
        await cluster.UpdateStatusAsync(pod with { Status = pod.Status with { Phase = "Running" } }, default);
        await Until.TrueAsync(() => told.Count == 2);
        await cluster.DeleteAsync<Pod>(NamespacedName.Of(pod), default);
        await Until.TrueAsync(() => told.Count == 3);

        Assert.Equal("Pending>- -", told[2].Replace("Running", "Pending"));
        Assert.StartsWith("->Pending", told[0]);
        Assert.StartsWith("Pending>Running", told[1]);
    }

    [Fact]
    public async Task A_broken_watch_resumes_where_it_was()
    {
        cluster.With(A.Pod("a"));
        await StartAsync();
        cluster.BreakWatches();
        cluster.With(A.Pod("b"));

        await Until.TrueAsync(time, () => pods.List().Count == 2);

        Assert.Single(cluster.Requests, request => request.StartsWith("list", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_history_is_compacted_it_lists_again_and_tells_what_went_missing()
    {
        var gone = new List<string>();
        cluster.With(A.Pod("a"), A.Pod("b"));
        await StartAsync();
        pods.Changed += (before, after) =>
        {
            if (after is null)
            {
                gone.Add(before!.Metadata.Name);
            }
        };
        var mayWatch = false;
        cluster.Interceptor = (verb, _, _) =>
        {
            if (verb == "watch" && !mayWatch)
            {
                throw new IOException("the server is away");
            }
        };
        cluster.BreakWatches();
        await cluster.DeleteAsync<Pod>(new NamespacedName("default", "a"), default);
        cluster.With(A.Pod("c"));
        cluster.Compact();
        mayWatch = true;

        await Until.TrueAsync(time, () => pods.List().Count == 2 && pods.Find(new("default", "c")) is not null);

        Assert.Equal(["a"], gone);
    }

    [Fact]
    public async Task A_server_that_fails_is_asked_less_and_less_often()
    {
        cluster.Interceptor = (_, _, _) => throw new HttpRequestException("refused");
        running = pods.RunAsync(stop.Token);

        await Until.TrueAsync(() => time.NextTimer is not null);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            var asked = cluster.Requests.Count;
            waits.Add(time.NextTimer!.Value);
            time.Advance(waits[^1]);
            await Until.TrueAsync(() => cluster.Requests.Count > asked && time.NextTimer is not null);
        }

        Assert.InRange(waits[0], TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
        Assert.InRange(waits[^1], TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_late_subscriber_is_told_what_exists_and_then_what_changes()
    {
        cluster.With(A.Pod("a"));
        await StartAsync();
        var told = new List<string>();

        pods.Subscribe((before, after) => told.Add($"{before?.Metadata.Name}>{after?.Metadata.Name}"));
        cluster.With(A.Pod("b"));

        await Until.TrueAsync(() => told.Count == 2);
        Assert.Equal([">a", ">b"], told);
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_stop_the_others()
    {
        var told = 0;
        pods.Changed += (_, _) => throw new InvalidOperationException("poison");
        pods.Changed += (_, _) => told++;
        cluster.With(A.Pod("a"));
        await StartAsync();
        cluster.With(A.Pod("b"));

        await Until.TrueAsync(() => told == 2);
    }

    [Fact]
    public async Task Indexes_follow_changes()
    {
        var set = A.ReplicaSet("web");
        pods.AddIndex("node", pod => pod.Spec.NodeName.Length > 0 ? [pod.Spec.NodeName] : []);
        cluster.With(A.Pod("a", node: "n1", owner: set), A.Pod("b", ns: "other"));
        await StartAsync();

        await cluster.PostAsync<Pod, Binding, Navarch.Api.Meta.V1.Status>(
            new("other", "b"), "binding", new Binding { Target = new ObjectReference { Name = "n1" } }, default);
        await Until.TrueAsync(() => pods.By("node", "n1").Count == 2);

        Assert.Equal("a", Assert.Single(pods.OwnedBy(set.Metadata.UID)).Metadata.Name);
        Assert.Equal("b", Assert.Single(pods.List("other")).Metadata.Name);
        await cluster.DeleteAsync<Pod>(new NamespacedName("default", "a"), Navarch.Api.Meta.V1.DeleteOptions.Empty with { GracePeriodSeconds = 0 }, default);
        await Until.TrueAsync(() => pods.By("node", "n1").Count == 1);
        Assert.Empty(pods.OwnedBy(set.Metadata.UID));
    }

    [Fact]
    public async Task A_write_counts_as_seen_when_the_informer_is_at_it_or_past_it()
    {
        await StartAsync();
        var stored = await cluster.CreateAsync(A.Pod("a"), default);
        var write = Write.Of(stored);

        await Until.TrueAsync(() => pods.HasSeen(write));
        Assert.False(pods.HasSeen(write with { Revision = write.Revision + 100 }));
        Assert.False(pods.HasSeen(Write.Deletion(Pod.ResourceType, write.Name, write.Uid)));
        Assert.True(pods.HasSeen(Write.Deletion(Pod.ResourceType, write.Name, "another")));
    }

    private async Task StartAsync()
    {
        running = pods.RunAsync(stop.Token);
        await pods.WaitForSyncAsync(stop.Token);
    }
}
