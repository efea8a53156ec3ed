using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests.Plugins;

public class PodTopologySpreadTests
{
    private static readonly Map<string> Web = [new("app", "web")];

    [Fact]
    public void The_fullest_zone_may_not_exceed_the_emptiest_by_more_than_the_skew()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("p1", node: "a1", labels: Web)));
        var pod = A.Pod("new", labels: Web, spread: [A.Spread("web")]);

        Assert.Equal(["b1"], new PodTopologySpreadPlugin().Admitting(pod, state));
        Assert.Equal(["node(s) didn't match pod topology spread constraints"], new PodTopologySpreadPlugin().Refusal(pod, state, "a2").Reasons);
    }

    [Fact]
    public void A_node_without_the_label_cannot_take_part()
    {
        var state = Zones();
        state.SetNode(A.Node("nowhere"));
        var pod = A.Pod("new", labels: Web, spread: [A.Spread("web")]);

        Assert.Equal(["a1", "a2", "b1"], new PodTopologySpreadPlugin().Admitting(pod, state));
        var refusal = new PodTopologySpreadPlugin().Refusal(pod, state, "nowhere");
        Assert.Equal(["node(s) didn't match pod topology spread constraints (missing required label)"], refusal.Reasons);
        Assert.False(refusal.EvictionMayHelp);
    }

    [Fact]
    public void Pods_of_other_labels_other_namespaces_or_on_their_way_out_do_not_count()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("p1", node: "a1", labels: [new("app", "db")])));
        state.SetPod(A.Info(A.Pod("p2", node: "a1", labels: Web, @namespace: "other")));
        state.SetPod(A.Info(A.Pod("p3", node: "a1", labels: Web, terminating: true)));

        Assert.Equal(["a1", "a2", "b1"], new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: Web, spread: [A.Spread("web")]), state));
    }

    [Fact]
    public void With_too_few_zones_the_emptiest_counts_as_empty()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("p1", node: "a1", labels: Web)));
        state.SetPod(A.Info(A.Pod("p2", node: "b1", labels: Web)));

        Assert.Equal(["a1", "a2", "b1"], new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: Web, spread: [A.Spread("web")]), state));
        Assert.Empty(new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: Web, spread: [A.Spread("web", minDomains: 3)]), state));
    }

    [Fact]
    public void Nodes_the_pod_cannot_have_do_not_count_unless_it_says_so()
    {
        var state = Zones();
        state.SetNode(A.Node("c1", labels: [new("zone", "c"), new("disk", "hdd")], taints: [A.Taint("x")]));
        state.SetPod(A.Info(A.Pod("p1", node: "a1", labels: Web)));
        state.SetPod(A.Info(A.Pod("p2", node: "b1", labels: Web)));

        // Zone c is empty. Where it counts, the others are full; by default taints do not exclude it, node selectors do.
        var counting = A.Spread("web");
        Assert.Equal(["c1"], new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: Web, spread: [counting]), state));
        Assert.Equal(
            ["a1", "a2", "b1", "c1"],
            new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: Web, spread: [counting with { NodeTaintsPolicy = "Honor" }]), state));
        Assert.Equal(
            ["a1", "a2", "b1", "c1"],
            new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: Web, nodeSelector: [new("disk", "ssd")], spread: [counting]), state));
        Assert.Equal(
            ["c1"],
            new PodTopologySpreadPlugin().Admitting(
                A.Pod("new", labels: Web, nodeSelector: [new("disk", "ssd")], spread: [counting with { NodeAffinityPolicy = "Ignore" }]), state));
    }

    [Fact]
    public void Only_pods_of_the_same_value_of_a_match_label_key_count()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("old", node: "a1", labels: [new("app", "web"), new("hash", "1")])));
        var constraint = A.Spread("web") with { MatchLabelKeys = ["hash"] };

        Assert.Equal(["a1", "a2", "b1"], new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: [new("app", "web"), new("hash", "2")], spread: [constraint]), state));
        Assert.Equal(["b1"], new PodTopologySpreadPlugin().Admitting(A.Pod("new", labels: [new("app", "web"), new("hash", "1")], spread: [constraint]), state));
    }

    [Fact]
    public void A_wish_to_spread_rates_the_emptier_zone_higher()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("p1", node: "a1", labels: Web)));
        var pod = A.Pod("new", labels: Web, spread: [A.Spread("web", otherwise: UnsatisfiableConstraintAction.ScheduleAnyway)]);

        var ratings = new PodTopologySpreadPlugin().Ratings(pod, state);

        Assert.Equal(ratings[0], ratings[1]);
        Assert.True(ratings[2] > ratings[0]);
    }

    [Fact]
    public void Pods_of_one_controller_spread_over_nodes_without_being_told()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"));
        state.SetController(new WorkloadKey("ReplicaSet", "default", "web"), LabelPredicate.OfPairs(Web));
        var owner = new OwnerReference { Kind = "ReplicaSet", Name = "web", Controller = true };
        state.SetPod(A.Info(A.Pod("p1", node: "a", labels: Web, owner: owner)));

        var ratings = new PodTopologySpreadPlugin().Ratings(A.Pod("p2", labels: Web, owner: owner), state);

        Assert.True(ratings[1] > ratings[0]);
    }

    [Fact]
    public void Pods_of_one_service_spread_over_nodes_without_being_told()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"), A.Pod("p1", node: "a", labels: Web));
        Assert.Empty(new PodTopologySpreadPlugin().Ratings(A.Pod("p2", labels: Web), state));

        state.SetService("default", "web", before: [], after: Web);
        var ratings = new PodTopologySpreadPlugin().Ratings(A.Pod("p2", labels: Web), state);
        Assert.True(ratings[1] > ratings[0]);

        state.SetService("default", "web", before: Web, after: []);
        Assert.Empty(new PodTopologySpreadPlugin().Ratings(A.Pod("p2", labels: Web), state));
    }

    private static ClusterState Zones() => A.Cluster(
        A.Node("a1", labels: [new("zone", "a"), new("disk", "ssd")]),
        A.Node("a2", labels: [new("zone", "a"), new("disk", "ssd")]),
        A.Node("b1", labels: [new("zone", "b"), new("disk", "ssd")]));
}
