using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests.Snapshots;

public class ClusterStateTests
{
    [Fact]
    public void A_snapshot_does_not_change_when_the_cluster_does()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"));
        var before = state.TakeSnapshot();

        state.Assume(A.Info(A.Pod("web", cpu: "1")), "a");
        state.RemoveNode("b");

        Assert.Empty(before.FindNode("a")!.Pods);
        Assert.Equal(2, before.NodeCount);
        Assert.Equal(1000, state.TakeSnapshot().FindNode("a")!.Requested.MilliCpu);
    }

    [Fact]
    public void Without_changes_the_snapshot_is_the_same_object()
    {
        var state = A.Cluster(A.Node("a"));

        Assert.Same(state.TakeSnapshot(), state.TakeSnapshot());
    }

    [Fact]
    public void A_node_that_did_not_change_is_shared_by_snapshots()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"));
        var before = state.TakeSnapshot();

        state.Assume(A.Info(A.Pod("web")), "a");

        Assert.Same(before.FindNode("b"), state.TakeSnapshot().FindNode("b"));
    }

    [Fact]
    public void Pods_of_a_node_not_seen_yet_count_when_it_comes()
    {
        var state = A.Cluster(A.Pod("web", cpu: "1", node: "late"));

        state.SetNode(A.Node("late"));

        Assert.Equal(1000, state.TakeSnapshot().FindNode("late")!.Requested.MilliCpu);
    }

    [Fact]
    public void Pods_of_a_node_that_went_count_again_when_it_comes_back()
    {
        var state = A.Cluster(A.Node("a"), A.Pod("web", cpu: "1", node: "a"));

        state.RemoveNode("a");
        state.SetNode(A.Node("a"));

        Assert.Equal("web", Assert.Single(state.TakeSnapshot().FindNode("a")!.Pods).Name);
    }

    [Fact]
    public void What_the_server_reports_replaces_what_was_assumed()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"));
        state.Assume(A.Info(A.Pod("web", cpu: "1")), "a");

        state.SetPod(A.Info(A.Pod("web", cpu: "1", node: "b")));
        state.Forget("default-web");

        Assert.Empty(state.TakeSnapshot().FindNode("a")!.Pods);
        Assert.Single(state.TakeSnapshot().FindNode("b")!.Pods);
    }

    [Fact]
    public void Zones_take_turns()
    {
        var state = A.Cluster(
            A.Node("a1", labels: Zone("a")), A.Node("a2", labels: Zone("a")), A.Node("a3", labels: Zone("a")), A.Node("b1", labels: Zone("b")));
        var snapshot = state.TakeSnapshot();

        Assert.Equal(["a1", "b1", "a2", "a3"], snapshot.Order.Select(index => snapshot.Nodes[index]!.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Assuming_and_forgetting_leaves_nothing_behind(int seed)
    {
        var random = new Random(seed);
        var state = new ClusterState();
        for (var i = 0; i < 150; i++)
        {
            state.SetNode(A.Node($"n{i}"));
        }

        for (var i = 0; i < 300; i++)
        {
            state.SetPod(Some(random, $"old{i}", node: $"n{random.Next(150)}"));
        }

        var before = state.TakeSnapshot();
        var assumed = Enumerable.Range(0, 200).Select(i => Some(random, $"new{i}", node: "")).ToList();
        foreach (var pod in assumed)
        {
            state.Assume(pod, $"n{random.Next(150)}");
            _ = random.Next(4) == 0 ? state.TakeSnapshot() : null;
        }

        Assert.NotEqual(before, state.TakeSnapshot());
        foreach (var pod in assumed.OrderBy(_ => random.Next()))
        {
            state.Forget(pod.Uid);
        }

        Assert.Equal(before, state.TakeSnapshot());
    }

    private static PodInfo Some(Random random, string name, string node)
    {
        var pod = A.Pod(
            name,
            cpu: $"{random.Next(5)}",
            memory: $"{random.Next(5)}Gi",
            node: node,
            hostPort: random.Next(3) == 0 ? 80 : 0,
            affinity: random.Next(3) switch { 0 => A.Away("x"), 1 => A.PreferNear("x"), _ => null });
        return A.Info(random.Next(3) > 0 ? pod : pod with
        {
            Spec = pod.Spec with
            {
                Containers = [pod.Spec.Containers[0] with { Resources = new() { Requests = [new("example.com/gpu", new Navarch.Api.Quantity(1))] } }],
            },
        });
    }

    private static Navarch.Api.Map<string> Zone(string name) => [new("topology.kubernetes.io/zone", name)];
}
