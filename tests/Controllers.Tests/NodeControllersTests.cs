using System.Net;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class NodeControllersTests
{
    [Fact]
    public void Each_node_gets_the_lowest_free_network()
    {
        Node[] nodes = [A.Node("a", podCIDR: "10.244.0.0/24"), A.Node("b"), A.Node("c", podCIDR: "10.244.2.0/24"), A.Node("d"), A.Node("e")];

        var plan = NodeAddressController.Plan(nodes, IPNetwork.Parse("10.244.0.0/22"), 24).ToList();

        Assert.Equal([("b", "10.244.1.0/24"), ("d", "10.244.3.0/24"), ("e", null)], plan.Select(entry => (entry.Node.Metadata.Name, entry.Network?.ToString())));
    }

    [Fact]
    public async Task Nodes_that_join_at_once_get_different_networks()
    {
        await using var cluster = ControllerCluster.Start([.. Enumerable.Range(0, 20).Select(i => A.Node($"n{i}"))]);

        var nodes = await cluster.UntilAsync<Node>(nodes => nodes.All(node => node.Spec.PodCIDR.Length > 0));

        Assert.Equal(20, nodes.Select(node => node.Spec.PodCIDR).Distinct().Count());
        Assert.All(nodes, node => Assert.Equal([node.Spec.PodCIDR], node.Spec.PodCIDRs));
    }

    [Fact]
    public void A_silent_node_is_unknown_in_everything_its_kubelet_reported()
    {
        var conditions = NodeHealth.Silent(A.Node("a"), A.Now);

        Assert.All(conditions, condition => Assert.Equal("Unknown", condition.Status));
        Assert.Equal("NodeStatusUnknown", conditions.Single(condition => condition.Type == "Ready").Reason);
        Assert.Equal("NodeStatusNeverUpdated", conditions.Single(condition => condition.Type == "MemoryPressure").Reason);
        var again = A.Node("a") with { Status = new NodeStatus { Conditions = conditions } };
        Assert.Same(again.Status.Conditions, NodeHealth.Silent(again, A.Now.AddHours(1)));
    }

    [Fact]
    public void Taints_follow_conditions_and_leave_those_of_others_alone()
    {
        var mine = new Taint { Key = "gpu", Effect = "NoSchedule" };
        var node = A.Node("a", ready: false, taints: [mine]);

        var tainted = node with { Spec = node.Spec with { Taints = NodeHealth.Taints(node, evicts: true, A.Now) } };
        Assert.Equal(
            [("gpu", "NoSchedule"), ("node.kubernetes.io/not-ready", "NoSchedule"), ("node.kubernetes.io/not-ready", "NoExecute")],
            tainted.Spec.Taints.Select(taint => (taint.Key, taint.Effect)));
        Assert.Same(tainted.Spec.Taints, NodeHealth.Taints(tainted, evicts: true, A.Now.AddHours(1)));

        var well = tainted with { Status = A.Node("a").Status };
        Assert.Equal([mine], NodeHealth.Taints(well, evicts: true, A.Now));
    }

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData("Exists", null, null)]
    [InlineData("Exists", 300L, 300)]
    [InlineData("Exists", -5L, 0)]
    public void A_pod_stays_as_long_as_it_tolerates_the_taint(string? op, long? seconds, int? expected)
    {
        var pod = A.Pod("a", node: "n");
        pod = pod with { Spec = pod.Spec with { Tolerations = op is null ? [] : [new Toleration { Key = "node.kubernetes.io/unreachable", Operator = op, TolerationSeconds = seconds }] } };
        var node = A.Node("n", taints: [new Taint { Key = "node.kubernetes.io/unreachable", Effect = "NoExecute", TimeAdded = A.Now }]);

        Assert.Equal(expected is null ? null : A.Now.AddSeconds(expected.Value), TaintEvictionController.EvictionTime(pod, node, A.Now));
    }

    [Fact]
    public async Task A_node_that_falls_silent_loses_its_pods_after_they_have_waited_as_long_as_they_wish()
    {
        var patient = A.Pod("patient", ns: "web", ready: true, node: "lost", ip: "10.244.1.2");
        patient = patient with { Spec = patient.Spec with { Tolerations = [new Toleration { Key = "node.kubernetes.io/unreachable", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 }] } };
        await using var cluster = ControllerCluster.Start(A.Node("lost", podCIDR: "10.244.1.0/24"), A.Node("well", podCIDR: "10.244.2.0/24"), Lease("lost"), Lease("well"), patient);

        // One node goes on renewing, and saying how it is. In small steps: the controllers must see it before their patience ends. On a machine that
        // stands still for a moment they do not, and then learn better.
        var steps = 0;
        async Task PassAsync(Func<bool> until)
        {
            await Until.TrueAsync(() =>
            {
                cluster.Time.Advance(TimeSpan.FromSeconds(1));
                if (++steps % 10 == 0)
                {
                    cluster.Client.PatchAsync<Node>(
                        new("", "well"), Patch.Merge($"{{\"status\":{{\"conditions\":[{{\"type\":\"Ready\",\"status\":\"True\",\"lastHeartbeatTime\":\"{cluster.Time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}\"}}]}}}}"), "status", default);
                }

                cluster.Client.PatchAsync<Lease>(
                    new("kube-node-lease", "well"), Patch.Merge($"{{\"spec\":{{\"renewTime\":\"{cluster.Time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\"}}}}"), default);
                return until();
            });
        }

        await PassAsync(() => cluster.Fake.Get<Node>("lost").Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "Unknown" }));
        await PassAsync(() => cluster.Fake.Get<Node>("lost").Spec.Taints.Count == 2);
        await PassAsync(() => !cluster.Fake.Get<Pod>("patient", "web").IsReady);
        var taintedAt = cluster.Fake.Get<Node>("lost").Spec.Taints[1].TimeAdded!.Value;

        await PassAsync(() => cluster.Fake.Get<Pod>("patient", "web").IsBeingDeleted);

        Assert.True(cluster.Fake.Get<Pod>("patient", "web").Metadata.DeletionTimestamp >= taintedAt.AddSeconds(300));
        Assert.Contains(cluster.Fake.Get<Pod>("patient", "web").Status.Conditions, condition => condition is { Type: "DisruptionTarget", Reason: "DeletionByTaintManager" });
        await PassAsync(() => cluster.Fake.Get<Node>("well").Spec.Taints.Count == 0);
    }

    [Fact]
    public async Task Nobody_is_driven_off_when_no_node_at_all_is_well()
    {
        await using var cluster = ControllerCluster.Start(A.Node("only", podCIDR: "10.244.1.0/24"), Lease("only"), A.Pod("a", ready: true, node: "only", ip: "10.244.1.2"));

        await cluster.UntilAsync<Node>(nodes => nodes[0].Spec.Taints.Count > 0);
        for (var i = 0; i < 20; i++)
        {
            cluster.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(2);
        }

        Assert.Equal("NoSchedule", Assert.Single(cluster.Fake.Get<Node>("only").Spec.Taints).Effect);
        Assert.Null(cluster.Fake.Get<Pod>("a").Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task Pods_of_a_node_that_is_no_more_are_removed()
    {
        await using var cluster = ControllerCluster.Start(A.Node("n", podCIDR: "10.244.1.0/24"), A.Pod("a", ready: true, node: "n", ip: "10.244.1.2"));
        await cluster.Client.DeleteAsync<Node>(new NamespacedName("", "n"), default);

        await cluster.UntilAsync<Pod>(pods => pods.Count == 0);

        Assert.True(cluster.Time.GetUtcNow() - A.Now >= TimeSpan.FromSeconds(40));
    }

    [Fact]
    public void Of_too_many_ended_pods_the_oldest_go()
    {
        var pods = Enumerable.Range(0, 5).Select(i => A.Pod($"p{i}", phase: "Succeeded", created: A.Now.AddMinutes(-i))).Append(A.Pod("runs", ready: true, created: A.Now.AddDays(-1)));

        Assert.Equal(["p4", "p3"], PodGarbageController.Surplus(pods, 3).Select(pod => pod.Metadata.Name));
    }

    private static Lease Lease(string node) => new()
    {
        Metadata = A.Meta(node, "kube-node-lease"),
        Spec = new LeaseSpec { HolderIdentity = node, LeaseDurationSeconds = 40, RenewTime = A.Now },
    };
}
