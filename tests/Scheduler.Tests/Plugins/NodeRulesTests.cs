using Navarch.Api.Core.V1;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests.Plugins;

public class NodeRulesTests
{
    [Fact]
    public void A_cordoned_node_takes_only_pods_that_tolerate_that()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b", cordoned: true));
        var plugin = new NodeUnschedulablePlugin();

        Assert.Equal(["a"], plugin.Admitting(A.Pod("web"), state));
        Assert.Equal(["a", "b"], plugin.Admitting(A.Pod("log", tolerations: [Exists("node.kubernetes.io/unschedulable")]), state));
        Assert.Equal(["node(s) were unschedulable"], plugin.Refusal(A.Pod("web"), state, "b").Reasons);
        Assert.False(plugin.Refusal(A.Pod("web"), state, "b").EvictionMayHelp);
    }

    [Fact]
    public void A_pod_that_names_its_node_gets_no_other()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b"));
        var plugin = new NodeNamePlugin();

        Assert.Equal(["b"], plugin.Admitting(A.Pod("web", node: "b"), state));
        Assert.Equal(["node(s) didn't match the requested node name"], plugin.Refusal(A.Pod("web", node: "b"), state, "a").Reasons);
    }

    [Fact]
    public void Taints_keep_away_whoever_does_not_tolerate_them()
    {
        var state = A.Cluster(
            A.Node("plain"),
            A.Node("gpu", taints: [A.Taint("gpu", "a100")]),
            A.Node("leaving", taints: [A.Taint("leaving", effect: TaintEffect.NoExecute)]),
            A.Node("shy", taints: [A.Taint("shy", effect: TaintEffect.PreferNoSchedule)]));
        var plugin = new TaintTolerationPlugin();

        Assert.Equal(["plain", "shy"], plugin.Admitting(A.Pod("web"), state));
        Assert.Equal(["gpu", "plain", "shy"], plugin.Admitting(A.Pod("web", tolerations: [Equals("gpu", "a100")]), state));
        Assert.Equal(["plain", "shy"], plugin.Admitting(A.Pod("web", tolerations: [Equals("gpu", "h100")]), state));
        Assert.Equal(["gpu", "leaving", "plain", "shy"], plugin.Admitting(A.Pod("web", tolerations: [new Toleration { Operator = "Exists" }]), state));
        Assert.Equal(["node(s) had untolerated taint(s)"], plugin.Refusal(A.Pod("web"), state, "gpu").Reasons);
    }

    [Fact]
    public void A_toleration_of_one_effect_does_not_stand_for_another()
    {
        var state = A.Cluster(A.Node("leaving", taints: [A.Taint("leaving", effect: TaintEffect.NoExecute)]));

        Assert.Empty(new TaintTolerationPlugin().Admitting(A.Pod("web", tolerations: [Exists("leaving", TaintEffect.NoSchedule)]), state));
    }

    [Fact]
    public void Soft_taints_count_against_a_node()
    {
        var state = A.Cluster(A.Node("a"), A.Node("b", taints: [Soft("x")]), A.Node("c", taints: [Soft("x"), Soft("y")]));

        Assert.Equal([100, 50, 0], new TaintTolerationPlugin().Ratings(A.Pod("web"), state));
        Assert.Equal([100, 100, 0], new TaintTolerationPlugin().Ratings(A.Pod("web", tolerations: [Exists("x")]), state));
    }

    [Fact]
    public void A_node_selector_asks_for_all_its_labels()
    {
        var state = A.Cluster(A.Node("a", labels: [new("disk", "ssd")]), A.Node("b", labels: [new("disk", "ssd"), new("arch", "arm")]));
        var plugin = new NodeAffinityPlugin();
        var pod = A.Pod("web", nodeSelector: [new("disk", "ssd"), new("arch", "arm")]);

        Assert.Equal(["b"], plugin.Admitting(pod, state));
        Assert.Equal(["node(s) didn't match Pod's node affinity/selector"], plugin.Refusal(pod, state, "a").Reasons);
    }

    [Theory]
    [InlineData("In", new[] { "1", "2" }, new[] { "n1", "n2" })]
    [InlineData("NotIn", new[] { "1" }, new[] { "n2", "n3", "none" })]
    [InlineData("Exists", new string[0], new[] { "n1", "n2", "n3" })]
    [InlineData("DoesNotExist", new string[0], new[] { "none" })]
    [InlineData("Gt", new[] { "1" }, new[] { "n2", "n3" })]
    [InlineData("Lt", new[] { "2" }, new[] { "n1" })]
    [InlineData("Sometimes", new[] { "2" }, new string[0])]
    public void Node_affinity_compares(string @operator, string[] values, string[] nodes)
    {
        var state = A.Cluster(A.Node("n1", labels: [new("k", "1")]), A.Node("n2", labels: [new("k", "2")]), A.Node("n3", labels: [new("k", "3")]), A.Node("none"));
        var pod = A.Pod("web", affinity: Requires(Term("k", @operator, values)));

        Assert.Equal(nodes, new NodeAffinityPlugin().Admitting(pod, state));
    }

    [Fact]
    public void One_term_of_node_affinity_is_enough_and_an_empty_one_is_none()
    {
        var state = A.Cluster(A.Node("a", labels: [new("k", "1")]), A.Node("b", labels: [new("k", "2")]), A.Node("c"));

        Assert.Equal(["a", "b"], new NodeAffinityPlugin().Admitting(A.Pod("web", affinity: Requires(Term("k", "In", "1"), Term("k", "In", "2"))), state));
        Assert.Empty(new NodeAffinityPlugin().Admitting(A.Pod("web", affinity: Requires(NodeSelectorTerm.Empty)), state));
    }

    [Fact]
    public void Preferred_nodes_are_rated_by_the_sum_of_weights()
    {
        var state = A.Cluster(A.Node("a", labels: [new("k", "1")]), A.Node("b", labels: [new("k", "1"), new("l", "1")]), A.Node("c"));
        var pod = A.Pod("web", affinity: new Affinity
        {
            NodeAffinity = new()
            {
                PreferredDuringSchedulingIgnoredDuringExecution =
                [
                    new PreferredSchedulingTerm { Weight = 30, Preference = Term("k", "In", "1") },
                    new PreferredSchedulingTerm { Weight = 10, Preference = Term("l", "Exists") },
                ],
            },
        });

        Assert.Equal([75, 100, 0], new NodeAffinityPlugin().Ratings(pod, state));
    }

    [Theory]
    [InlineData("", "", "TCP", false)]
    [InlineData("127.0.0.1", "", "TCP", false)]
    [InlineData("", "127.0.0.1", "TCP", false)]
    [InlineData("127.0.0.1", "127.0.0.2", "TCP", true)]
    [InlineData("", "", "UDP", true)]
    public void A_host_port_is_had_once_per_address_and_protocol(string taken, string wanted, string protocol, bool fits)
    {
        var state = A.Cluster(A.Node("a"), WithPort(A.Pod("old", node: "a"), taken, "TCP"));
        var plugin = new NodePortsPlugin();

        Assert.Equal(fits ? ["a"] : [], plugin.Admitting(WithPort(A.Pod("new"), wanted, protocol), state));
    }

    [Fact]
    public void A_taken_port_is_explained()
    {
        var state = A.Cluster(A.Node("a"), A.Pod("old", node: "a", hostPort: 80));

        var refusal = new NodePortsPlugin().Refusal(A.Pod("new", hostPort: 80), state, "a");

        Assert.Equal(["node(s) didn't have free ports for the requested pod ports"], refusal.Reasons);
        Assert.True(refusal.EvictionMayHelp);
    }

    [Fact]
    public void A_rule_wakes_only_for_what_can_satisfy_it()
    {
        var ports = new NodePortsPlugin();
        var waiting = A.Info(A.Pod("web", hostPort: 80));

        Assert.True(ports.MayHelp(waiting, new ClusterChange(ClusterChangeKind.PodRemoved) { Pod = A.Info(A.Pod("other", hostPort: 80)) }));
        Assert.False(ports.MayHelp(waiting, new ClusterChange(ClusterChangeKind.PodRemoved) { Pod = A.Info(A.Pod("other", hostPort: 81)) }));

        var taints = new TaintTolerationPlugin();
        Assert.True(taints.MayHelp(waiting, new ClusterChange(ClusterChangeKind.NodeAdded) { Node = new NodeFacts(A.Node("a")) }));
        Assert.False(taints.MayHelp(
            waiting, new ClusterChange(ClusterChangeKind.NodeAdded) { Node = new NodeFacts(A.Node("a", taints: [A.Taint("x")])) }));
    }

    private static Pod WithPort(Pod pod, string ip, string protocol) => pod with
    {
        Spec = pod.Spec with
        {
            Containers = [pod.Spec.Containers[0] with { Ports = [new ContainerPort { HostPort = 80, HostIP = ip, Protocol = protocol }] }],
        },
    };

    private static Taint Soft(string key) => A.Taint(key, effect: TaintEffect.PreferNoSchedule);

    private static Toleration Exists(string key, string effect = "") => new() { Key = key, Operator = "Exists", Effect = effect };

    private static Toleration Equals(string key, string value) => new() { Key = key, Value = value };

    private static NodeSelectorTerm Term(string key, string @operator, params string[] values) =>
        new() { MatchExpressions = [new NodeSelectorRequirement { Key = key, Operator = @operator, Values = values }] };

    private static Affinity Requires(params NodeSelectorTerm[] terms) => new()
    {
        NodeAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = terms } },
    };
}
