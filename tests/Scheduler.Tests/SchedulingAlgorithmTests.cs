using Navarch.Api.Core.V1;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests;

public class SchedulingAlgorithmTests
{
    [Fact]
    public void The_emptier_node_is_taken()
    {
        var state = A.Cluster(A.Node("busy"), A.Node("idle"), A.Pod("other", cpu: "2", memory: "4Gi", node: "busy"));

        Assert.Equal("idle", NodeFor(A.Pod("web", cpu: "1", memory: "1Gi"), state));
    }

    [Fact]
    public void Pods_that_ask_for_nothing_spread_too()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"), A.Pod("other", node: "a"));

        Assert.Equal("b", NodeFor(A.Pod("web"), state));
    }

    [Fact]
    public void Equally_good_nodes_are_taken_at_random_and_by_seed()
    {
        var state = A.Cluster([.. Enumerable.Range(0, 20).Select(i => (object)A.Node($"n{i}"))]);
        var snapshot = state.TakeSnapshot();

        string Place(int seed) => ((Placement.On)A.Algorithm(seed).Place(A.Info(A.Pod("web")), snapshot)).Node.Name;

        Assert.Equal(Place(7), Place(7));
        Assert.True(Enumerable.Range(0, 50).Select(Place).Distinct().Count() > 10);
    }

    [Fact]
    public void A_refusal_counts_the_reasons_in_order_of_the_text()
    {
        var state = A.Cluster(
            A.Node("full", cpu: "1"),
            A.Node("tainted", taints: [A.Taint("a", "b")]),
            A.Node("tainted2", taints: [A.Taint("a", "c")]),
            A.Node("cordoned", cordoned: true));

        var refused = Assert.IsType<Placement.Nowhere>(A.Algorithm().Place(A.Info(A.Pod("web", cpu: "2")), state.TakeSnapshot()));

        Assert.Equal(
            "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 2 node(s) had untolerated taint(s).",
            refused.Diagnosis.Message(""));
    }

    [Fact]
    public void A_node_can_lack_several_things()
    {
        var state = A.Cluster(A.Node("small", cpu: "1", memory: "1Gi", pods: 0));

        var refused = (Placement.Nowhere)A.Algorithm().Place(A.Info(A.Pod("web", cpu: "2", memory: "2Gi")), state.TakeSnapshot());

        Assert.Equal(
            "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Too many pods.", refused.Diagnosis.Message(""));
    }

    [Fact]
    public void Without_nodes_the_refusal_says_so()
    {
        var refused = (Placement.Nowhere)A.Algorithm().Place(A.Info(A.Pod("web")), Snapshot.Empty);

        Assert.Equal("no nodes available to schedule pods", refused.Diagnosis.Message(""));
    }

    [Fact]
    public void A_pod_of_a_daemon_set_asks_its_own_node_alone()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"), A.Node("c"));
        var pod = A.Pod("log", affinity: OnlyOn("b"));

        var on = Assert.IsType<Placement.On>(A.Algorithm().Place(A.Info(pod), state.TakeSnapshot()));

        Assert.Equal("b", on.Node.Name);
        Assert.Equal(1, on.Evaluated);
    }

    [Fact]
    public void Nodes_that_were_not_asked_are_explained_by_the_rule_that_left_them_out()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b", cpu: "1"), A.Node("c"));

        var refused = (Placement.Nowhere)A.Algorithm().Place(A.Info(A.Pod("log", cpu: "2", affinity: OnlyOn("b"))), state.TakeSnapshot());

        Assert.Equal(
            "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].", refused.Diagnosis.Message(""));
    }

    [Theory]
    [InlineData(50, 50)]
    [InlineData(100, 100)]
    [InlineData(500, 230)]
    [InlineData(1000, 420)]
    [InlineData(5000, 500)]
    [InlineData(20000, 1000)]
    public void The_larger_the_cluster_the_smaller_the_share_of_nodes_that_is_enough(int nodes, int wanted) =>
        Assert.Equal(wanted, SchedulingAlgorithm.NodesWanted(nodes, percentage: null));

    [Fact]
    public void The_share_can_be_configured() => Assert.Equal(3000, SchedulingAlgorithm.NodesWanted(5000, percentage: 60));

    [Fact]
    public void Each_search_begins_where_the_last_one_ended()
    {
        var state = A.Cluster([.. Enumerable.Range(0, 1000).Select(i => (object)A.Node($"n{i}"))]);
        var algorithm = A.Algorithm();
        for (var i = 0; i < 1000; i++)
        {
            var pod = A.Info(A.Pod($"web{i}", cpu: "1"));
            state.Assume(pod, ((Placement.On)algorithm.Place(pod, state.TakeSnapshot())).Node.Name);
        }

        // 420 nodes are asked per pod: had it always been the same ones, they would hold more than two pods each.
        var snapshot = state.TakeSnapshot();
        Assert.All(snapshot.Order, index => Assert.InRange(snapshot.Nodes[index]!.Pods.Length, 0, 2));
    }

    [Fact]
    public void Room_that_is_kept_for_a_more_important_pod_is_not_given_away()
    {
        var state = A.Cluster(A.Node("a", cpu: "2"));
        var waiting = A.Info(A.Pod("important", cpu: "2", priority: 10, nominated: "a"));
        state.Nominate(waiting, "a");

        Assert.IsType<Placement.Nowhere>(A.Algorithm().Place(A.Info(A.Pod("web", cpu: "1", priority: 5)), state.TakeSnapshot()));
        Assert.IsType<Placement.On>(A.Algorithm().Place(A.Info(A.Pod("more", cpu: "1", priority: 11)), state.TakeSnapshot()));
        Assert.IsType<Placement.On>(A.Algorithm().Place(waiting, state.TakeSnapshot()));
    }

    [Fact]
    public void The_node_that_was_cleared_for_a_pod_is_tried_first()
    {
        var state = A.Cluster(A.Node("idle"), A.Node("cleared"), A.Pod("other", cpu: "3", node: "cleared"));

        Assert.Equal("cleared", NodeFor(A.Pod("web", cpu: "1", nominated: "cleared"), state));
    }

    internal static string NodeFor(Pod pod, ClusterState state) =>
        Assert.IsType<Placement.On>(A.Algorithm().Place(A.Info(pod), state.TakeSnapshot())).Node.Name;

    private static Affinity OnlyOn(string node) => new()
    {
        NodeAffinity = new NodeAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector
            {
                NodeSelectorTerms = [new NodeSelectorTerm { MatchFields = [new NodeSelectorRequirement { Key = "metadata.name", Operator = "In", Values = [node] }] }],
            },
        },
    };
}
