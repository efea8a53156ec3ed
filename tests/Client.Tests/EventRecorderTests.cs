using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private readonly FakeTime time = new();
    private readonly CancellationTokenSource stop = new();
    private readonly FakeCluster cluster;
    private readonly EventRecorder recorder;
    private Task running = Task.CompletedTask;

    public EventRecorderTests()
    {
        cluster = new FakeCluster(time);
        recorder = new EventRecorder(cluster, "kubelet", "node-1", time, NullLogger.Instance);
    }

    public ValueTask InitializeAsync()
    {
        running = recorder.RunAsync(stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        stop.Dispose();
    }

    [Fact]
    public async Task The_same_report_again_raises_the_count()
    {
        var pod = A.Pod("web");
        recorder.Normal(pod, "Pulled", "Container image already present");
        await Until.TrueAsync(() => cluster.All<Event>().Count == 1);
        time.Advance(TimeSpan.FromSeconds(10));
        recorder.Normal(pod, "Pulled", "Container image already present");

        await Until.TrueAsync(() => cluster.All<Event>() is [{ Count: 2 }]);

        var stored = cluster.All<Event>()[0];
        Assert.Equal("web", stored.InvolvedObject.Name);
        Assert.Equal("v1", stored.InvolvedObject.APIVersion);
        Assert.Equal("kubelet", stored.Source.Component);
        Assert.Equal("node-1", stored.Source.Host);
        Assert.Equal(TimeSpan.FromSeconds(10), stored.LastTimestamp - stored.FirstTimestamp);
    }

    [Fact]
    public async Task An_event_that_expired_is_made_anew()
    {
        var pod = A.Pod("web");
        recorder.Warning(pod, "BackOff", "Back-off restarting");
        await Until.TrueAsync(() => cluster.All<Event>().Count == 1);
        await cluster.DeleteAsync<Event>(NamespacedName.Of(cluster.All<Event>()[0]), default);

        recorder.Warning(pod, "BackOff", "Back-off restarting");

        await Until.TrueAsync(() => cluster.All<Event>() is [{ Count: 1 }]);
    }

    [Fact]
    public async Task Many_reports_that_differ_in_text_become_one_event()
    {
        var pod = A.Pod("web");
        for (var i = 0; i < 20; i++)
        {
            recorder.Warning(pod, "Unhealthy", $"probe {i} failed");
        }

        await Until.TrueAsync(() => cluster.All<Event>().Any(e => e.Message == "(combined from similar events): probe 19 failed"));

        Assert.Equal(11, cluster.All<Event>().Count);
        Assert.Equal(10, cluster.All<Event>().Max(e => e.Count));
    }

    [Fact]
    public async Task One_object_cannot_flood_the_server()
    {
        var pod = A.Pod("web");
        for (var i = 0; i < 100; i++)
        {
            recorder.Warning(pod, $"Reason{i}", "text");
        }

        await Until.TrueAsync(() => recorder.Dropped == 75);
        Assert.Equal(25, cluster.All<Event>().Count);
    }

    [Fact]
    public async Task A_server_that_refuses_does_not_stop_the_recorder()
    {
        cluster.Interceptor = (_, _, name) =>
        {
            if (name.Name.StartsWith("bad", StringComparison.Ordinal))
            {
                throw ApiException.Of(403, "Forbidden", "no");
            }
        };
        recorder.Normal(A.Pod("bad"), "Pulled", "x");
        recorder.Normal(A.Pod("good"), "Pulled", "x");

        await Until.TrueAsync(() => cluster.All<Event>().Count == 1);
        Assert.Equal(1, recorder.Dropped);
    }
}
