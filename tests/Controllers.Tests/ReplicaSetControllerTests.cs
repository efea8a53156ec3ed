using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class ReplicaSetControllerTests
{
    private static readonly Dictionary<string, int> NoCrowds = [];

    [Fact]
    public void Surplus_pods_go_not_ready_first()
    {
        var (ready, starting) = (A.Pod("web-a", ready: true), A.Pod("web-b", ready: false));

        var changes = ReplicaSetController.PlanPods(A.ReplicaSet("web", replicas: 1), [ready, starting], NoCrowds, A.Now);

        Assert.Equal(starting, changes.OfType<Change.Delete<Pod>>().Single().Object);
    }

    [Fact]
    public void Pods_that_ended_or_are_ending_do_not_count()
    {
        Pod[] owned = [A.Pod("a", phase: "Failed"), A.Pod("b", phase: "Succeeded"), A.Pod("c", ready: true, deleting: true)];

        var changes = ReplicaSetController.PlanPods(A.ReplicaSet("web", replicas: 2), owned, NoCrowds, A.Now).ToList();

        Assert.Equal(2, changes.OfType<Change.Create<Pod>>().Count());
        Assert.Equal(2, changes.Count);
    }

    [Fact]
    public void One_pass_never_asks_for_too_much() =>
        Assert.Equal(500, ReplicaSetController.PlanPods(A.ReplicaSet("web", replicas: 1_000_000), [], NoCrowds, A.Now).Count());

    [Fact]
    public void A_set_that_is_being_deleted_changes_nothing()
    {
        var set = A.ReplicaSet("web", replicas: 3);

        Assert.Empty(ReplicaSetController.PlanPods(set with { Metadata = set.Metadata with { DeletionTimestamp = A.Now } }, [], NoCrowds, A.Now));
    }

    [Fact]
    public void Pods_are_available_when_they_have_been_ready_long_enough()
    {
        var set = A.ReplicaSet("web", replicas: 2, minReadySeconds: 30);
        Pod[] owned = [A.Pod("a", ready: true, readySince: A.Now.AddSeconds(-30)), A.Pod("b", ready: true, readySince: A.Now.AddSeconds(-29))];

        var status = ((Change.Status<ReplicaSet>)ReplicaSetController.PlanStatus(set, owned, null, A.Now)!).Object.Status;

        Assert.Equal((2, 2, 1), (status.Replicas, status.ReadyReplicas, status.AvailableReplicas));
        Assert.Equal(1, status.ObservedGeneration);
    }

    [Fact]
    public void A_status_that_is_right_is_not_written_again()
    {
        var set = A.ReplicaSet("web");
        var right = ((Change.Status<ReplicaSet>)ReplicaSetController.PlanStatus(set, [], null, A.Now)!).Object;

        Assert.Null(ReplicaSetController.PlanStatus(right, [], null, A.Now));
    }

    [Fact]
    public async Task A_deleted_pod_is_replaced()
    {
        await using var cluster = ControllerCluster.Start(A.ReplicaSet("web", replicas: 2));
        var pods = await cluster.UntilAsync<Pod>(pods => pods.Count == 2);
        await cluster.Client.DeleteAsync(pods[0], default);

        var now = await cluster.UntilAsync<Pod>(now => now.Count == 2 && now.All(pod => pod.Metadata.UID != pods[0].Metadata.UID));

        Assert.All(now, pod => Assert.Equal("web", pod.Metadata.OwnerReferences.Single().Name));
        Assert.All(now, pod => Assert.StartsWith("web-", pod.Metadata.Name, StringComparison.Ordinal));
        await cluster.UntilAsync<ReplicaSet>(sets => sets[0].Status is { Replicas: 2, ReadyReplicas: 2, AvailableReplicas: 2 });
        await cluster.UntilAsync<Event>(events => events.Count(e => e.Reason == "SuccessfulCreate") == 3);
        Assert.Contains(cluster.Fake.All<Event>(), e => e.Message == $"Created pod: {now[0].Metadata.Name}");
    }

    [Fact]
    public async Task Orphans_are_adopted_and_pods_that_no_longer_match_are_released()
    {
        await using var cluster = ControllerCluster.Start(A.Pod("stray", ready: true), A.ReplicaSet("web", replicas: 2));
        await cluster.UntilAsync<Pod>(pods => pods.Count == 2 && pods.All(pod => pod.Metadata.OwnerReferences.Count == 1));

        var stray = cluster.Fake.Get<Pod>("stray");
        await cluster.Client.PatchAsync<Pod>(NamespacedName.Of(stray), Patch.Merge("""{"metadata":{"labels":{"app":"debug"}}}"""), default);

        var pods = await cluster.UntilAsync<Pod>(pods => pods.Count == 3 && pods.Single(pod => pod.Metadata.Name == "stray").Metadata.OwnerReferences.Count == 0);
        Assert.Equal(2, pods.Count(pod => pod.Metadata.OwnerReferences.Count == 1));
    }

    [Fact]
    public async Task Scaling_up_and_down_at_speed_never_makes_too_many()
    {
        await using var cluster = ControllerCluster.Start(A.ReplicaSet("web", replicas: 5));
        var most = 0;
        foreach (var wanted in (int[])[10, 3, 20, 1, 7])
        {
            await cluster.Client.PatchAsync<ReplicaSet>(new("default", "web"), Patch.Merge($"{{\"spec\":{{\"replicas\":{wanted}}}}}"), default);
            await cluster.UntilAsync<Pod>(pods =>
            {
                most = Math.Max(most, pods.Count);
                return pods.Count == wanted;
            });
        }

        Assert.InRange(most, 20, 20);
    }

    [Fact]
    public async Task A_refusal_is_told_and_tried_again()
    {
        await using var cluster = ControllerCluster.Start();
        var isFull = true;
        cluster.Fake.Interceptor = (verb, kind, _) =>
        {
            if (verb == "create" && kind == Pod.ResourceType && isFull)
            {
                throw ApiException.Of(403, "Forbidden", "exceeded quota: small");
            }
        };
        cluster.Fake.With(A.ReplicaSet("web", replicas: 1));
        await cluster.UntilAsync<ReplicaSet>(
            sets => sets[0].Status.Conditions is [{ Type: "ReplicaFailure", Status: "True", Reason: "FailedCreate", Message: "exceeded quota: small" }]);
        await cluster.UntilAsync<Event>(events => events.Any(e => e.Reason == "FailedCreate" && e.Message == "Error creating: exceeded quota: small"));

        isFull = false;

        await cluster.UntilAsync<ReplicaSet>(sets => sets[0].Status is { Replicas: 1, Conditions.Count: 0 });
    }

    [Fact]
    public async Task A_set_that_cannot_be_handled_does_not_stop_the_others()
    {
        await using var cluster = ControllerCluster.Start();
        cluster.Fake.Interceptor = (verb, kind, name) =>
        {
            if (verb == "create" && kind == Pod.ResourceType && name.Name.StartsWith("bad", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("poison");
            }
        };
        cluster.Fake.With(A.ReplicaSet("bad", replicas: 1, labels: [new("app", "bad")]), A.ReplicaSet("good", replicas: 3));

        await cluster.UntilAsync<Pod>(pods => pods.Count == 3);
    }
}
