using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests;

public sealed class ReconcilerHostTests : IAsyncLifetime
{
    private readonly FakeTime time = new();
    private readonly CancellationTokenSource stop = new();
    private readonly FakeCluster cluster;
    private readonly InformerFactory informers;
    private readonly Probe probe;
    private readonly ReconcilerHost host;
    private Task running = Task.CompletedTask;

    public ReconcilerHostTests()
    {
        cluster = new FakeCluster(time);
        informers = new InformerFactory(cluster, time, NullLoggerFactory.Instance, new Random(1));
        probe = new Probe(informers.Get<ReplicaSet>(), informers.Get<Pod>());
        host = new ReconcilerHost(probe, 2, time, new Random(1), NullLogger.Instance);
    }

    public ValueTask InitializeAsync()
    {
        running = Task.WhenAll(informers.RunAsync(stop.Token), host.RunAsync(stop.Token));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        host.Dispose();
        stop.Dispose();
    }

    [Fact]
    public async Task A_change_of_an_owned_object_puts_its_owner_in_the_queue()
    {
        var set = A.ReplicaSet("web");
        cluster.With(set);
        await Until.TrueAsync(() => probe.Count("web") == 1);

        cluster.With(A.Pod("web-1", owner: set), A.Pod("stray"));

        await Until.TrueAsync(() => probe.Count("web") == 2);
        Assert.Equal(0, probe.Count("stray"));
    }

    [Fact]
    public async Task A_poisoned_key_is_retried_later_and_the_others_go_on()
    {
        probe.Act = (key, _) => key.Name == "bad" ? throw new InvalidOperationException("poison") : Task.FromResult(ReconcileResult.Done);
        cluster.With(A.ReplicaSet("bad"), A.ReplicaSet("good"));

        await Until.TrueAsync(time, () => probe.Count("bad") >= 5);

        Assert.Equal(1, probe.Count("good"));
        Assert.True(host.Failures >= 4);
    }

    [Fact]
    public async Task An_object_that_nobody_understands_keeps_no_other_from_being_seen()
    {
        probe.Concerned = pod => pod.Metadata.Name == "bad" ? throw new InvalidOperationException("poison") : [new NamespacedName("default", $"of-{pod.Metadata.Name}")];
        cluster.With(A.Pod("bad"), A.Pod("good"));
        await Until.TrueAsync(() => probe.Count("of-good") == 1);

        cluster.With(A.Pod("bad"), A.ReplicaSet("web"), A.Pod("later"));

        await Until.TrueAsync(() => probe.Count("web") == 1 && probe.Count("of-later") == 1);
        Assert.False(running.IsCompleted);
    }

    [Fact]
    public async Task Nothing_is_made_again_and_again_in_a_namespace_that_goes()
    {
        probe.Act = static (key, _) => key.Name == "going"
            ? throw new ApiException(new Status { Code = 403, Reason = StatusReason.Forbidden, Details = new StatusDetails { Causes = [new StatusCause { Type = CauseType.Vcorev1NamespaceTerminatingCause }] } })
            : Task.FromResult(ReconcileResult.Done);
        cluster.With(A.ReplicaSet("going"));
        await Until.TrueAsync(() => probe.Count("going") == 1 && host.Pending == 0);

        Assert.Equal(0, host.Failures);
    }

    [Fact]
    public async Task A_key_comes_back_when_it_asked_to()
    {
        probe.Act = (_, _) => Task.FromResult(probe.Count("web") < 2 ? ReconcileResult.After(TimeSpan.FromMinutes(7)) : ReconcileResult.Done);
        cluster.With(A.ReplicaSet("web"));
        await Until.TrueAsync(() => probe.Count("web") == 1 && time.NextTimer is not null);

        time.Advance(TimeSpan.FromMinutes(7));

        await Until.TrueAsync(() => probe.Count("web") == 2);
    }

    [Fact]
    public async Task A_key_is_held_until_the_informers_show_what_it_wrote()
    {
        // The pod's informer hears nothing while its watch is away: passes in between must not happen.
        var client = new RecordingClient(cluster);
        var podsSeen = new ConcurrentQueue<int>();
        var isAway = false;
        cluster.Interceptor = (verb, kind, _) =>
        {
            if (isAway && verb is "watch" or "list" && kind == Pod.ResourceType)
            {
                throw new IOException("away");
            }
        };
        var set = A.ReplicaSet("web");
        probe.Act = async (_, ct) =>
        {
            podsSeen.Enqueue(probe.Pods.List().Count);
            if (probe.Pods.List().Count == 0)
            {
                await client.CreateAsync(A.Pod("web-1", owner: set), ct);
            }

            return ReconcileResult.Done;
        };
        await informers.WaitForSyncAsync(stop.Token);
        isAway = true;
        cluster.BreakWatches();
        await Until.TrueAsync(time, () => cluster.Requests.Count(request => request.StartsWith("watch pods", StringComparison.Ordinal)) >= 2);

        cluster.With(set);
        await Until.TrueAsync(time, () => probe.Count("web") == 1);
        var stored = cluster.Get<ReplicaSet>("web");
        await cluster.UpdateAsync(stored with { Spec = stored.Spec with { Replicas = 5 } }, default);
        await Until.TrueAsync(() => probe.Sets.Find(new("default", "web"))?.Spec.Replicas == 5);
        for (var i = 0; i < 20; i++)
        {
            await Task.Yield();
        }

        Assert.Equal([0], podsSeen);
        isAway = false;
        await Until.TrueAsync(time, () => podsSeen.Count >= 2);
        Assert.All(podsSeen.Skip(1), count => Assert.Equal(1, count));
        Assert.Single(cluster.All<Pod>());
    }

    private sealed class Probe(Informer<ReplicaSet> sets, Informer<Pod> pods) : IReconciler
    {
        private readonly ConcurrentDictionary<string, int> passes = new();

        public Func<NamespacedName, CancellationToken, Task<ReconcileResult>> Act { get; set; } = (_, _) => Task.FromResult(ReconcileResult.Done);

        public Informer<Pod> Pods => pods;

        public Informer<ReplicaSet> Sets => sets;

        public string Name => "probe";

        /// <summary>What a pod concerns beside its owner.</summary>
        public Func<Pod, IEnumerable<NamespacedName>> Concerned { get; set; } = _ => [];

        public IEnumerable<Trigger> Triggers => [Trigger.On(sets), Trigger.OnOwner(pods, of: sets), Trigger.On(pods, pod => Concerned(pod))];

        public int Count(string name) => passes.GetValueOrDefault(name);

        public Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
        {
            passes.AddOrUpdate(key.Name, 1, static (_, count) => count + 1);
            return Act(key, ct);
        }
    }
}
