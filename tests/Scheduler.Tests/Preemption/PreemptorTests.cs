using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Policy.V1;
using Navarch.Scheduler.Preemption;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests.Preemption;

public class PreemptorTests
{
    [Fact]
    public void Only_pods_of_lower_priority_make_room()
    {
        var state = A.Cluster(
            A.Node("a", cpu: "2"), A.Node("b", cpu: "2"), A.Pod("low", cpu: "2", node: "a", priority: 1), A.Pod("same", cpu: "2", node: "b", priority: 5));

        var plan = Assert.IsType<PreemptionPlan.Evict>(Plan(A.Pod("web", cpu: "1", priority: 5), state));

        Assert.Equal("a", plan.Node.Name);
        Assert.Equal(["low"], plan.Victims.Select(victim => victim.Name));
    }

    [Fact]
    public void No_more_go_than_must_and_the_less_important_first()
    {
        var state = A.Cluster(
            A.Node("a", cpu: "3"),
            A.Pod("p3", cpu: "1", node: "a", priority: 3),
            A.Pod("p1", cpu: "1", node: "a", priority: 1),
            A.Pod("p2", cpu: "1", node: "a", priority: 2));

        Assert.Equal(["p2", "p1"], Evicted(Plan(A.Pod("web", cpu: "2", priority: 5), state)));
    }

    [Fact]
    public void The_node_that_loses_least_is_taken()
    {
        var state = A.Cluster(
            A.Node("a", cpu: "2"), A.Node("b", cpu: "2"), A.Node("c", cpu: "2"),
            A.Pod("a3", cpu: "2", node: "a", priority: 3),
            A.Pod("b1", cpu: "1", node: "b", priority: 1), A.Pod("b2", cpu: "1", node: "b", priority: 1),
            A.Pod("c1", cpu: "2", node: "c", priority: 1));

        Assert.Equal(["c1"], Evicted(Plan(A.Pod("web", cpu: "2", priority: 5), state)));
    }

    [Fact]
    public void Of_pods_otherwise_alike_the_one_that_runs_longer_stays()
    {
        var state = A.Cluster(
            A.Node("a", cpu: "2"), A.Node("b", cpu: "2"),
            A.Pod("old", cpu: "2", node: "a", started: A.Noon), A.Pod("young", cpu: "2", node: "b", started: A.Noon.AddHours(1)));

        Assert.Equal(["young"], Evicted(Plan(A.Pod("web", cpu: "2", priority: 5), state)));
    }

    [Fact]
    public void Disruption_budgets_are_kept_where_another_node_helps()
    {
        Map<string> db = [new("app", "db")];
        var state = A.Cluster(
            A.Node("a", cpu: "2"), A.Node("b", cpu: "2"),
            A.Pod("guarded", cpu: "2", node: "a", labels: db, priority: 0), A.Pod("free", cpu: "2", node: "b", priority: 1));
        state.SetBudget("default/db", new DisruptionBudget(new PodDisruptionBudget
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "db" },
            Spec = new() { Selector = new LabelSelector { MatchLabels = db } },
            Status = new() { DisruptionsAllowed = 0 },
        }));

        Assert.Equal(["free"], Evicted(Plan(A.Pod("web", cpu: "2", priority: 5), state)));

        state.RemoveNode("b");
        var forced = Assert.IsType<PreemptionPlan.Evict>(Plan(A.Pod("web", cpu: "2", priority: 5), state));
        Assert.Equal(1, forced.OverdrawnBudgets);
    }

    [Fact]
    public void Room_for_anti_affinity_is_made_too()
    {
        var state = A.Cluster(A.Node("a"), A.Pod("db", node: "a", labels: [new("app", "db")]));

        Assert.Equal(["db"], Evicted(Plan(A.Pod("web", priority: 5, affinity: A.Away("db")), state)));
    }

    [Fact]
    public void Where_nothing_helps_the_reasons_are_counted()
    {
        var state = A.Cluster(
            A.Node("small", cpu: "1"), A.Node("full", cpu: "2"), A.Node("partly", cpu: "2"),
            A.Pod("equal", cpu: "2", node: "full", priority: 5),
            A.Pod("equal2", cpu: "1", node: "partly", priority: 5), A.Pod("low", cpu: "1", node: "partly"));
        var pod = A.Info(A.Pod("web", cpu: "2", priority: 5));
        var algorithm = A.Algorithm();
        var snapshot = state.TakeSnapshot();
        var refused = (Placement.Nowhere)algorithm.Place(pod, snapshot);

        var plan = Assert.IsType<PreemptionPlan.None>(new Preemptor(algorithm, new Random(1)).Plan(pod, snapshot, refused.Diagnosis));

        Assert.Equal(
            "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 1 Insufficient cpu, "
            + "1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
            refused.Diagnosis.Message(plan.Reason));
    }

    [Fact]
    public void A_pod_may_decline_to_preempt()
    {
        var state = A.Cluster(A.Node("a", cpu: "1"), A.Pod("low", cpu: "1", node: "a"));
        var polite = A.Pod("web", cpu: "1", priority: 5);
        polite = polite with { Spec = polite.Spec with { PreemptionPolicy = PreemptionPolicy.PreemptNever } };

        Assert.Equal("preemption: not eligible due to preemptionPolicy=Never.", Assert.IsType<PreemptionPlan.None>(Plan(polite, state)).Reason);
    }

    [Fact]
    public void While_victims_are_leaving_nobody_else_is_evicted()
    {
        var state = A.Cluster(
            A.Node("a", cpu: "1"), A.Node("b", cpu: "1"),
            A.Pod("leaving", cpu: "1", node: "a", terminating: true), A.Pod("low", cpu: "1", node: "b"));

        var plan = Plan(A.Pod("web", cpu: "1", priority: 5, nominated: "a"), state);

        Assert.Equal("preemption: not eligible due to a terminating pod on the nominated node.", Assert.IsType<PreemptionPlan.None>(plan).Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void When_the_victims_are_gone_the_pod_fits_and_without_any_one_of_them_it_did_not(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 30; round++)
        {
            var state = new ClusterState();
            for (var i = 0; i < 6; i++)
            {
                state.SetNode(A.Node($"n{i}", cpu: "4"));
                for (var j = 0; j < 4; j++)
                {
                    state.SetPod(A.Info(A.Pod($"p{i}-{j}", cpu: $"{1 + random.Next(2)}", node: $"n{i}", priority: random.Next(10))));
                }
            }

            var pod = A.Pod("web", cpu: $"{1 + random.Next(4)}", priority: 7);
            if (Plan(pod, state) is not PreemptionPlan.Evict plan)
            {
                continue;
            }

            var snapshot = state.TakeSnapshot();
            var left = plan.Victims.Aggregate(plan.Node, (node, victim) => node.Without(victim));
            Assert.Null(A.Algorithm().Judge(A.Info(pod), snapshot.With(left), left));
            Assert.All(plan.Victims, victim => Assert.True(victim.Priority < 7));
            foreach (var victim in plan.Victims)
            {
                var kept = left.With(victim);
                Assert.NotNull(A.Algorithm().Judge(A.Info(pod), snapshot.With(kept), kept));
            }
        }
    }

    private static PreemptionPlan Plan(Pod pod, ClusterState state)
    {
        var algorithm = A.Algorithm();
        var snapshot = state.TakeSnapshot();
        var refused = Assert.IsType<Placement.Nowhere>(algorithm.Place(A.Info(pod), snapshot));
        return new Preemptor(algorithm, new Random(1)).Plan(A.Info(pod), snapshot, refused.Diagnosis);
    }

    private static IEnumerable<string> Evicted(PreemptionPlan plan) =>
        Assert.IsType<PreemptionPlan.Evict>(plan).Victims.Select(victim => victim.Name);
}
