using FsCheck;
using FsCheck.Fluent;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

/// <summary>The arithmetic of rollouts, and rollouts played through without a cluster.</summary>
public sealed class RolloutTests
{
    [Theory]
    [InlineData(10, "25%", "25%", 3, 2)]
    [InlineData(1, "25%", "25%", 1, 0)]
    [InlineData(4, "0", "1%", 0, 1)] // Both round to zero: one may be missing.
    [InlineData(3, "1", "0", 1, 0)]
    public void Percentages_round_in_favour_of_serving(int replicas, string surge, string unavailable, int surgeExpected, int unavailableExpected)
    {
        var deployment = A.Deployment("web", replicas, maxSurge: Parsed(surge), maxUnavailable: Parsed(unavailable));

        Assert.Equal((surgeExpected, unavailableExpected), (deployment.MaxSurge, deployment.MaxUnavailable));
    }

    [Fact]
    public void What_is_not_available_anyway_goes_first()
    {
        var deployment = A.Deployment("web", 10, maxSurge: 0, maxUnavailable: 2);
        var old = Sized("old", 10, available: 8);
        var current = Sized("new", 0, available: 0);

        var steps = Rollout.RollingStep(deployment, current, [old]);

        Assert.Equal([new Resize(old, 8)], steps);
    }

    [Fact]
    public void Scaling_amid_a_rollout_keeps_its_proportions()
    {
        var deployment = A.Deployment("web", 10, maxSurge: 3, maxUnavailable: 2);
        var (old, current) = (Noted(Sized("old", 8, 8), 10, 13), Noted(Sized("new", 5, 0), 10, 13));
        deployment = deployment with { Spec = deployment.Spec with { Replicas = 15 } };
        var revisions = new Revisions(deployment, current, [old]);

        Assert.True(Rescale.IsDue(deployment, revisions));
        Assert.Equal([("old", 11), ("new", 7)], Rescale.Plan(deployment, revisions).Select(step => (step.Set.Metadata.Name, step.Replicas)));
    }

    [Fact]
    public void Every_rollout_ends_and_keeps_both_promises_all_the_way() => Prop.ForAll(
        Gen.Choose(0, 12).Four().Two().ToArbitrary(),
        (((int Replicas, int Surge, int Unavailable, int Seed) first, (int, int, int, int) _) input) =>
        {
            var (replicas, surge, unavailable, seed) = input.first;
            var deployment = A.Deployment("web", replicas, maxSurge: surge, maxUnavailable: unavailable == 0 && surge == 0 ? 1 : unavailable);
            Play(deployment, new Random(seed));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_plan_carried_out_leaves_nothing_to_plan()
    {
        var deployment = A.Deployment("web", 4);
        var revisions = Play(deployment, new Random(1));

        var plan = DeploymentPlan.Of(revisions.Deployment with { Status = DeploymentConditions.Of(revisions.Deployment, revisions, A.Now) }, [.. revisions.All], _ => [], A.Now);

        Assert.Empty(plan.Changes);
    }

    /// <summary>Rolls from one template to another, where pods become available at random times; asserts the promises at each step.</summary>
    private static Revisions Play(Deployment deployment, Random random)
    {
        var sets = new List<ReplicaSet>();
        sets.Add(Stored(new Revisions(deployment, null, []).Make(deployment.Wanted), 1) is var first ? first with { Status = Full(first) } : first);
        deployment = deployment with { Spec = deployment.Spec with { Template = A.Template("nginx:2", [new("app", "web")]) } };
        for (var round = 0; round < 1000; round++)
        {
            var revisions = Revisions.Of(deployment, sets);
            deployment = deployment with { Status = DeploymentConditions.Of(deployment, revisions, A.Now) };
            var plan = DeploymentPlan.Of(deployment, sets, _ => [], A.Now);
            foreach (var change in plan.Changes)
            {
                switch (change)
                {
                    case Change.Create<ReplicaSet> creation:
                        sets.Add(Stored(creation.Object, sets.Count + 1));
                        break;
                    case Change.Update<ReplicaSet> update:
                        sets[sets.FindIndex(set => set.Metadata.Name == update.Object.Metadata.Name)] = update.Object;
                        break;
                    case Change.Update<Deployment> update:
                        deployment = update.Object with { Status = deployment.Status };
                        break;
                    default:
                        Assert.Fail(change.ToString());
                        break;
                }
            }

            // Sets do as told: surplus pods end at once, not available ones first; some of the missing ones become available.
            for (var i = 0; i < sets.Count; i++)
            {
                var set = sets[i];
                var available = Math.Min(set.Status.AvailableReplicas, set.Wanted);
                if (available < set.Wanted && random.Next(3) > 0)
                {
                    available++;
                }

                sets[i] = set with { Status = set.Status with { Replicas = set.Wanted, ReadyReplicas = available, AvailableReplicas = available, ObservedGeneration = 1 } };
            }

            Assert.True(sets.Sum(set => set.Wanted) <= deployment.Wanted + deployment.MaxSurge);
            Assert.True(sets.Sum(set => set.Status.AvailableReplicas) >= deployment.Wanted - deployment.MaxUnavailable);
            if (sets.Count == 2 && sets[0].Wanted == 0 && sets[1].Status.AvailableReplicas == deployment.Wanted && plan.Changes.Count == 0)
            {
                return Revisions.Of(deployment, sets);
            }
        }

        throw new InvalidOperationException("the rollout never ended");
    }

    private static ReplicaSet Stored(ReplicaSet set, int age) =>
        set with { Metadata = set.Metadata with { UID = A.Uid(), Generation = 1, CreationTimestamp = A.Now.AddMinutes(age) } };

    private static ReplicaSetStatus Full(ReplicaSet set) => new()
    {
        Replicas = set.Wanted, ReadyReplicas = set.Wanted, AvailableReplicas = set.Wanted, ObservedGeneration = 1,
    };

    private static ReplicaSet Sized(string name, int replicas, int available)
    {
        var set = A.ReplicaSet(name, replicas);
        return set with
        {
            Metadata = set.Metadata with { CreationTimestamp = name == "new" ? A.Now : A.Now.AddHours(-1) },
            Status = new ReplicaSetStatus { Replicas = replicas, ReadyReplicas = available, AvailableReplicas = available },
        };
    }

    private static ReplicaSet Noted(ReplicaSet set, int desired, int max) => set with
    {
        Metadata = set.Metadata with { Annotations = [new(Revisions.DesiredReplicas, $"{desired}"), new(Revisions.MaxReplicas, $"{max}")] },
    };

    private static IntOrString Parsed(string text) => int.TryParse(text, out var number) ? number : new IntOrString(text);
}
