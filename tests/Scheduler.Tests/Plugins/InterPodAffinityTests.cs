using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests.Plugins;

public class InterPodAffinityTests
{
    private static readonly Map<string> Db = [new("app", "db")];
    private static readonly Map<string> Web = [new("app", "web")];

    [Fact]
    public void A_pod_goes_where_the_pods_are_that_it_must_be_near_to()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("db", node: "a1", labels: Db)));
        var plugin = new InterPodAffinityPlugin();

        Assert.Equal(["a1"], plugin.Admitting(A.Pod("web", affinity: A.Near("db")), state));
        Assert.Equal(["a1", "a2"], plugin.Admitting(A.Pod("web", affinity: A.Near("db", "zone")), state));
        var refusal = plugin.Refusal(A.Pod("web", affinity: A.Near("db")), state, "b1");
        Assert.Equal(["node(s) didn't match pod affinity rules"], refusal.Reasons);
        Assert.False(refusal.EvictionMayHelp);
    }

    [Fact]
    public void The_first_of_a_group_that_wants_to_be_together_is_let_in()
    {
        var state = Zones();

        Assert.Equal(["a1", "a2", "b1"], new InterPodAffinityPlugin().Admitting(A.Pod("web", labels: Web, affinity: A.Near("web", "zone")), state));
        Assert.Empty(new InterPodAffinityPlugin().Admitting(A.Pod("web", labels: Web, affinity: A.Near("db", "zone")), state));
    }

    [Fact]
    public void A_pod_keeps_away_from_whom_it_must()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("db", node: "a1", labels: Db)));
        var plugin = new InterPodAffinityPlugin();

        Assert.Equal(["a2", "b1"], plugin.Admitting(A.Pod("web", affinity: A.Away("db")), state));
        Assert.Equal(["b1"], plugin.Admitting(A.Pod("web", affinity: A.Away("db", "zone")), state));
        Assert.Equal(["node(s) didn't match pod anti-affinity rules"], plugin.Refusal(A.Pod("web", affinity: A.Away("db")), state, "a1").Reasons);
    }

    [Fact]
    public void Placed_pods_refuse_whom_they_must_be_away_from()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("db", node: "a1", labels: Db, affinity: A.Away("web", "zone"))));
        var plugin = new InterPodAffinityPlugin();

        Assert.Equal(["b1"], plugin.Admitting(A.Pod("web", labels: Web), state));
        Assert.Equal(["a1", "a2", "b1"], plugin.Admitting(A.Pod("cache"), state));
        Assert.Equal(["node(s) didn't satisfy existing pods anti-affinity rules"], plugin.Refusal(A.Pod("web", labels: Web), state, "a2").Reasons);
    }

    [Fact]
    public void Terms_speak_of_their_own_namespace_unless_they_name_others()
    {
        var state = Zones();
        state.SetNamespace("prod", [new("team", "x")]);
        state.SetPod(A.Info(A.Pod("db", node: "a1", labels: Db, @namespace: "prod")));
        var plugin = new InterPodAffinityPlugin();
        var term = A.Term("db", "zone");

        Assert.Equal(["a1", "a2", "b1"], plugin.Admitting(A.Pod("web", affinity: AwayBy(term)), state));
        Assert.Equal(["b1"], plugin.Admitting(A.Pod("web", affinity: AwayBy(term with { Namespaces = ["prod"] })), state));
        var team = AwayBy(term with { NamespaceSelector = new LabelSelector { MatchLabels = [new("team", "x")] } });
        Assert.Equal(["b1"], plugin.Admitting(A.Pod("web", affinity: team), state));

        // The same plugin must notice that the namespace has changed.
        state.SetNamespace("prod", []);
        Assert.Equal(["a1", "a2", "b1"], plugin.Admitting(A.Pod("web", affinity: team), state));
        Assert.Equal(["b1"], plugin.Admitting(A.Pod("web", affinity: AwayBy(term with { NamespaceSelector = LabelSelector.Empty })), state));
    }

    [Fact]
    public void Preferred_company_counts_in_both_directions()
    {
        var state = Zones();
        state.SetPod(A.Info(A.Pod("db", node: "a1", labels: Db)));
        state.SetPod(A.Info(A.Pod("cache", node: "b1", affinity: A.PreferNear("web", weight: 50, topologyKey: "zone"))));
        var plugin = new InterPodAffinityPlugin();

        Assert.Equal([100, 0, 0], plugin.Ratings(A.Pod("x", affinity: A.PreferNear("db")), state));
        Assert.Equal([0, 0, 100], plugin.Ratings(A.Pod("web", labels: Web), state));
        Assert.Equal([100, 100, 0], plugin.Ratings(A.Pod("web", labels: Web, affinity: A.PreferNear("db", topologyKey: "zone")), state));
        Assert.Empty(plugin.Ratings(A.Pod("x"), state));
    }

    private static Affinity AwayBy(PodAffinityTerm term) =>
        new() { PodAntiAffinity = new PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [term] } };

    private static ClusterState Zones() => A.Cluster(
        A.Node("a1", labels: [new("zone", "a")]), A.Node("a2", labels: [new("zone", "a")]), A.Node("b1", labels: [new("zone", "b")]));
}
