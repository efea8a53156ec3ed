using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class DeploymentControllerTests
{
    private static readonly NamespacedName Web = new("default", "web");

    [Fact]
    public async Task A_new_deployment_becomes_available()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 3));

        var deployment = (await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 3)))[0];

        var set = Assert.Single(cluster.Fake.All<ReplicaSet>());
        Assert.Equal($"web-{set.Metadata.Labels["pod-template-hash"]}", set.Metadata.Name);
        Assert.Equal("1", deployment.Metadata.Annotations["deployment.kubernetes.io/revision"]);
        Assert.Equal(("3", "4"), (set.Metadata.Annotations["deployment.kubernetes.io/desired-replicas"], set.Metadata.Annotations["deployment.kubernetes.io/max-replicas"]));
        Assert.Equal(3, cluster.Fake.All<Pod>().Count(pod => pod.Metadata.Labels["pod-template-hash"] == set.Metadata.Labels["pod-template-hash"]));
        Assert.Equal(("True", "MinimumReplicasAvailable"), Condition(deployment, "Available"));
        Assert.Equal(("True", "NewReplicaSetAvailable"), Condition(deployment, "Progressing"));
        await cluster.UntilAsync<Event>(events => events.Any(e => e.Reason == "ScalingReplicaSet" && e.Message == $"Scaled up replica set {set.Metadata.Name} from 0 to 3"));
    }

    [Fact]
    public async Task A_new_template_is_rolled_out_and_undone_by_patching_the_old_one_back()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 4));
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 4));
        var first = cluster.Fake.All<ReplicaSet>().Single();

        await SetImageAsync(cluster, "nginx:2");
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 4) && Revision(all[0]) == "2");
        Assert.All(cluster.Fake.All<Pod>(), pod => Assert.Equal("nginx:2", pod.Spec.Containers[0].Image));

        await SetImageAsync(cluster, "nginx");
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 4) && Revision(all[0]) == "3");

        Assert.Equal(2, cluster.Fake.All<ReplicaSet>().Count);
        var again = cluster.Fake.Get<ReplicaSet>(first.Metadata.Name);
        Assert.Equal(("3", "1"), (Revision(again), again.Metadata.Annotations["deployment.kubernetes.io/revision-history"]));
        Assert.Equal(4, again.Spec.Replicas);
    }

    [Fact]
    public async Task Recreate_starts_the_new_pods_when_the_last_old_one_is_gone()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 3, strategy: "Recreate"));
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 3));
        var mixed = false;
        cluster.Fake.Interceptor = (verb, kind, _) =>
        {
            if (verb == "create" && kind == Pod.ResourceType)
            {
                mixed |= cluster.Fake.All<Pod>().Any(pod => pod.Spec.Containers[0].Image == "nginx");
            }
        };

        await SetImageAsync(cluster, "nginx:2");

        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 3) && Revision(all[0]) == "2");
        Assert.False(mixed);
    }

    [Fact]
    public async Task A_paused_deployment_scales_but_does_not_roll()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 2));
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 2));

        await PatchAsync(cluster, """{"spec":{"paused":true}}""");
        await SetImageAsync(cluster, "nginx:2");
        await PatchAsync(cluster, """{"spec":{"replicas":5}}""");

        await cluster.UntilAsync<Deployment>(all => all[0].Status is { AvailableReplicas: 5, UpdatedReplicas: 0 } && Condition(all[0], "Progressing").Reason == "DeploymentPaused");
        Assert.All(cluster.Fake.All<Pod>(), pod => Assert.Equal("nginx", pod.Spec.Containers[0].Image));

        await PatchAsync(cluster, """{"spec":{"paused":false}}""");
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 5) && Revision(all[0]) == "2");
    }

    [Fact]
    public async Task A_rollout_without_progress_is_reported_after_its_deadline_and_serves_on()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 4, maxSurge: 1, maxUnavailable: 1, progressDeadlineSeconds: 60));
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 4));
        cluster.BrokenImages.Add("broken");

        await SetImageAsync(cluster, "broken");

        var deployment = (await cluster.UntilAsync<Deployment>(all => Condition(all[0], "Progressing") == ("False", "ProgressDeadlineExceeded")))[0];
        Assert.Equal(("True", "MinimumReplicasAvailable"), Condition(deployment, "Available"));
        Assert.Equal((3, 2), (deployment.Status.AvailableReplicas, deployment.Status.UpdatedReplicas));
        Assert.True(cluster.Time.GetUtcNow() - A.Now >= TimeSpan.FromSeconds(60));

        await SetImageAsync(cluster, "nginx");
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 4));
    }

    [Fact]
    public async Task Old_sets_beyond_the_history_are_removed()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 1, revisionHistoryLimit: 2));
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 1));
        for (var version = 2; version <= 6; version++)
        {
            await SetImageAsync(cluster, $"nginx:{version}");
            await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 1) && Revision(all[0]) == $"{version}");
        }

        var sets = await cluster.UntilAsync<ReplicaSet>(sets => sets.Count == 3);

        Assert.Equal(["4", "5", "6"], sets.Select(set => Revision(set)).Order());
    }

    [Fact]
    public async Task A_name_taken_by_another_template_is_evaded()
    {
        var deployment = A.Deployment("web", 1);
        var name = new Revisions(deployment, null, []).Make(1).Metadata.Name;
        await using var cluster = ControllerCluster.Start(A.ReplicaSet(name, 0, labels: [new("app", "other")]), deployment);

        var done = (await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 1)))[0];

        Assert.Equal(1, done.Status.CollisionCount);
        Assert.Equal(2, cluster.Fake.All<ReplicaSet>().Count);
    }

    [Fact]
    public async Task Changes_in_quick_succession_end_at_the_last_one()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 3));
        for (var version = 1; version <= 8; version++)
        {
            await SetImageAsync(cluster, $"nginx:{version}");
            await PatchAsync(cluster, $"{{\"spec\":{{\"replicas\":{version}}}}}");
        }

        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 8));

        Assert.All(await cluster.UntilAsync<Pod>(pods => pods.Count == 8), pod => Assert.Equal("nginx:8", pod.Spec.Containers[0].Image));
    }

    [Fact]
    public async Task Deleting_in_the_background_removes_everything_that_belonged_to_it()
    {
        await using var cluster = ControllerCluster.Start(A.Deployment("web", 3));
        await cluster.UntilAsync<Deployment>(all => IsDone(all[0], 3));

        await cluster.Client.DeleteAsync<Deployment>(Web, default);

        await cluster.UntilAsync<Pod>(pods => pods.Count == 0);
        await cluster.UntilAsync<ReplicaSet>(sets => sets.Count == 0);
    }

    private static bool IsDone(Deployment deployment, int replicas) =>
        deployment.IsComplete(deployment.Status) && deployment.Status.AvailableReplicas == replicas
        && Condition(deployment, "Progressing").Reason == "NewReplicaSetAvailable";

    private static (string Status, string Reason) Condition(Deployment deployment, string type) =>
        deployment.Status.Conditions.Where(condition => condition.Type == type).Select(condition => (condition.Status, condition.Reason)).FirstOrDefault();

    private static string Revision(Navarch.Api.IResource resource) => resource.Metadata.Annotations.Find("deployment.kubernetes.io/revision") ?? "";

    private static Task SetImageAsync(ControllerCluster cluster, string image) =>
        PatchAsync(cluster, $"{{\"spec\":{{\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"main\",\"image\":\"{image}\"}}]}}}}}}}}");

    private static Task PatchAsync(ControllerCluster cluster, string patch) => cluster.Client.PatchAsync<Deployment>(Web, Patch.StrategicMerge(patch), default);
}
