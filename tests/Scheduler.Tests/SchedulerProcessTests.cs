using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Scheduling.V1;
using Navarch.Client;

namespace Navarch.Scheduler.Tests;

/// <summary>The whole scheduler against a real API server.</summary>
public class SchedulerProcessTests
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_gets_a_node_and_an_event_says_which()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Schedule(new SchedulerConfig());
        await CreateNodeAsync(cluster, A.Node("a"));

        await CreatePodAsync(cluster, A.Pod("web", cpu: "1"));

        var pod = await PodAsync(cluster, "web", pod => pod.Spec.NodeName.Length > 0);
        Assert.Equal("a", pod.Spec.NodeName);
        Assert.Contains(pod.Status.Conditions, condition => condition is { Type: "PodScheduled", Status: "True" });
        await EventAsync(cluster, "Normal", "Scheduled", "Successfully assigned default/web to a");
    }

    [Fact]
    public async Task A_pod_without_room_says_why_and_gets_the_node_that_comes()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Schedule(new SchedulerConfig());
        await CreateNodeAsync(cluster, A.Node("small", cpu: "1"));

        await CreatePodAsync(cluster, A.Pod("web", cpu: "2"));

        const string message =
            "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
        // A scheduler that has not heard of the node yet finds another reason first.
        var pending = await PodAsync(cluster, "web", pod => pod.Status.Conditions is [{ Message: message }]);
        var condition = Assert.Single(pending.Status.Conditions);
        Assert.Equal(("PodScheduled", "False", "Unschedulable"), (condition.Type, condition.Status, condition.Reason));
        await EventAsync(cluster, "Warning", "FailedScheduling", message);

        await CreateNodeAsync(cluster, A.Node("large", cpu: "4"));
        Assert.Equal("large", (await PodAsync(cluster, "web", pod => pod.Spec.NodeName.Length > 0)).Spec.NodeName);
    }

    [Fact]
    public async Task An_important_pod_takes_the_place_of_another()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Schedule(new SchedulerConfig());
        await CreateNodeAsync(cluster, A.Node("a", cpu: "1"));
        await CreatePodAsync(cluster, A.Pod("low", cpu: "1"));
        await PodAsync(cluster, "low", pod => pod.Spec.NodeName.Length > 0);

        await cluster.Client.CreateAsync(new PriorityClass { Metadata = new ObjectMeta { Name = "important" }, Value = 100 }, Cancelled);
        var high = A.Pod("high", cpu: "1");
        await CreatePodAsync(cluster, high with { Spec = high.Spec with { Priority = null, PriorityClassName = "important" } });
        var victim = await PodAsync(cluster, "low", pod => pod.Metadata.DeletionTimestamp is not null);
        Assert.Contains(victim.Status.Conditions, condition => condition is { Type: "DisruptionTarget", Reason: "PreemptionByScheduler" });
        Assert.Equal("a", (await PodAsync(cluster, "high", pod => pod.Status.NominatedNodeName.Length > 0)).Status.NominatedNodeName);

        // What the kubelet does when the containers have ended.
        await cluster.Client.DeleteAsync<Pod>(new NamespacedName("default", "low"), new DeleteOptions { GracePeriodSeconds = 0 }, Cancelled);
        Assert.Equal("a", (await PodAsync(cluster, "high", pod => pod.Spec.NodeName.Length > 0)).Spec.NodeName);
    }

    [Fact]
    public async Task Many_pods_are_placed_and_no_node_is_overfilled()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Schedule(new SchedulerConfig());
        for (var i = 0; i < 20; i++)
        {
            await CreateNodeAsync(cluster, A.Node($"n{i}", cpu: "4"));
        }

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => CreatePodAsync(cluster, A.Pod($"web-{i}", cpu: "1"))));
        IReadOnlyList<Pod> pods = [];
        await UntilAsync(async () =>
        {
            pods = (await cluster.Client.ListAsync<Pod>(ListQuery.All, Cancelled)).Items;
            return pods.Count(pod => pod.Spec.NodeName.Length > 0) == 80 && pods.Count(pod => pod.Status.Conditions.Any(c => c.Reason == "Unschedulable")) == 20;
        });

        Assert.All(pods.Where(pod => pod.Spec.NodeName.Length > 0).CountBy(pod => pod.Spec.NodeName), node => Assert.Equal(4, node.Value));
    }

    [Fact]
    public async Task Of_two_schedulers_one_places_and_the_other_takes_over()
    {
        await using var cluster = await TestCluster.StartAsync();
        await CreateNodeAsync(cluster, A.Node("a"));
        using var crash = new CancellationTokenSource();
        cluster.Schedule(Candidate("first"), crash.Token);
        await CreatePodAsync(cluster, A.Pod("one"));
        await PodAsync(cluster, "one", pod => pod.Spec.NodeName.Length > 0);
        cluster.Schedule(Candidate("second"));
        var lease = await cluster.Client.GetAsync<Lease>(new NamespacedName("kube-system", "kube-scheduler"), Cancelled);
        Assert.Equal("first", lease.Spec.HolderIdentity);

        await crash.CancelAsync();
        await CreatePodAsync(cluster, A.Pod("two"));
        await PodAsync(cluster, "two", pod => pod.Spec.NodeName.Length > 0);

        static SchedulerConfig Candidate(string identity) => new()
        {
            LeaderElection = new LeaderElectionConfig(new NamespacedName("kube-system", "kube-scheduler"), identity)
            {
                RetryPeriod = TimeSpan.FromMilliseconds(100),
            },
        };
    }

    private static async Task CreateNodeAsync(TestCluster cluster, Node node)
    {
        var created = await cluster.Client.CreateAsync(node with { Metadata = node.Metadata with { UID = "" } }, Cancelled);
        await cluster.Client.UpdateStatusAsync(created with { Status = node.Status }, Cancelled);
    }

    private static Task CreatePodAsync(TestCluster cluster, Pod pod) => cluster.Client.CreateAsync(
        pod with
        {
            Metadata = pod.Metadata with { UID = "" },
            Spec = pod.Spec with { Containers = [pod.Spec.Containers[0] with { Name = "main", Image = "example.com/web:1" }] },
        },
        Cancelled);

    private static async Task<Pod> PodAsync(TestCluster cluster, string name, Func<Pod, bool> isAsWanted)
    {
        Pod? pod = null;
        await UntilAsync(async () =>
        {
            pod = await cluster.Client.GetAsync<Pod>(new NamespacedName("default", name), Cancelled);
            return isAsWanted(pod);
        });
        return pod!;
    }

    private static Task EventAsync(TestCluster cluster, string type, string reason, string message) => UntilAsync(async () =>
    {
        var events = await cluster.Client.ListAsync<Event>(ListQuery.All, Cancelled);
        return events.Items.Any(item => item.Type == type && item.Reason == reason && item.Message == message && item.Source.Component == "default-scheduler");
    });

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(PatienceMax);
        while (!await condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
