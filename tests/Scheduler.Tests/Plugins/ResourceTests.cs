using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Plugins;

namespace Navarch.Scheduler.Tests.Plugins;

public class ResourceTests
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public void A_pod_fits_up_to_the_last_unit()
    {
        var state = A.Cluster(A.Node("a", cpu: "2"), A.Pod("old", cpu: "1500m", node: "a"));

        Assert.Equal(["a"], new NodeResourcesFitPlugin().Admitting(A.Pod("web", cpu: "500m"), state));
        Assert.Empty(new NodeResourcesFitPlugin().Admitting(A.Pod("web", cpu: "501m"), state));
    }

    [Fact]
    public void An_overcommitted_node_still_takes_what_asks_for_nothing()
    {
        var state = A.Cluster(A.Node("a", cpu: "1"), A.Pod("old", cpu: "3", node: "a"));

        Assert.Equal(["a"], new NodeResourcesFitPlugin().Admitting(A.Pod("web", memory: "1Gi"), state));
    }

    [Fact]
    public void Extended_resources_must_be_there()
    {
        var state = A.Cluster(A.Node("plain"), A.Node("gpu", extra: [new("example.com/gpu", new Quantity(2))]));
        var pod = A.Pod("train");
        pod = pod with
        {
            Spec = pod.Spec with { Containers = [new Container { Resources = new() { Requests = [new("example.com/gpu", new Quantity(2))] } }] },
        };

        Assert.Equal(["gpu"], new NodeResourcesFitPlugin().Admitting(pod, state));
        var refusal = new NodeResourcesFitPlugin().Refusal(pod, state, "plain");
        Assert.Equal(["Insufficient example.com/gpu"], refusal.Reasons);
        Assert.False(refusal.EvictionMayHelp); // The node never had as much.
    }

    [Fact]
    public void Eviction_helps_where_the_node_is_only_full()
    {
        var state = A.Cluster(A.Node("a", cpu: "2"), A.Pod("old", cpu: "2", node: "a"));

        Assert.True(new NodeResourcesFitPlugin().Refusal(A.Pod("web", cpu: "2"), state, "a").EvictionMayHelp);
        Assert.False(new NodeResourcesFitPlugin().Refusal(A.Pod("web", cpu: "3"), state, "a").EvictionMayHelp);
    }

    [Fact]
    public void The_share_left_free_is_the_rating()
    {
        var state = A.Cluster(A.Node("a", cpu: "4", memory: "8Gi"), A.Node("b", cpu: "4", memory: "8Gi"), A.Pod("old", cpu: "1", memory: "2Gi", node: "b"));

        // a: 3/4 of the CPU and 6/8 of the memory are left; b: 2/4 and 4/8.
        Assert.Equal([75, 50], new NodeResourcesFitPlugin().Ratings(A.Pod("web", cpu: "1", memory: "2Gi"), state));
    }

    [Fact]
    public void Balance_prefers_the_node_whose_shares_come_closer()
    {
        var state = A.Cluster(A.Node("cpu-used", cpu: "4", memory: "8Gi"), A.Node("memory-used", cpu: "4", memory: "8Gi"));
        state.SetPod(A.Info(A.Pod("x", cpu: "2", node: "cpu-used")));
        state.SetPod(A.Info(A.Pod("y", memory: "4Gi", node: "memory-used")));

        var ratings = new NodeResourcesBalancedAllocationPlugin().Ratings(A.Pod("web", memory: "2Gi"), state);

        // From 50% and 0% to 50% and 25%: distance/2 falls from 25 to 12.5 (score 75 to 87), and rises from 25 to 37.5 (75 to 62).
        Assert.Equal([50 + ((50 + 87 - 75) / 2), 50 + ((50 + 62 - 75) / 2)], ratings);
    }

    [Fact]
    public void A_pod_that_asks_for_nothing_moves_no_balance() =>
        Assert.Empty(new NodeResourcesBalancedAllocationPlugin().Ratings(A.Pod("web"), A.Cluster(A.Node("a"), A.Node("b"))));

    [Fact]
    public void A_node_that_has_the_image_is_preferred_by_its_size_and_spread()
    {
        var image = new ContainerImage { Names = ["example.com/big:latest"], SizeBytes = 512 * Megabyte };
        var state = A.Cluster(A.Node("a", images: [image]), A.Node("b"), A.Node("c", images: [image]), A.Node("d"));

        // Two of four nodes have it, so it counts half: 256 MB, of a scale from 23 to 1000.
        Assert.Equal([(256 - 23) * 100 / (1000 - 23), 0, (256 - 23) * 100 / (1000 - 23), 0], new ImageLocalityPlugin().Ratings(A.Pod("web", image: "example.com/big"), state));
    }

    [Fact]
    public void An_image_nobody_has_makes_no_difference() =>
        Assert.Empty(new ImageLocalityPlugin().Ratings(A.Pod("web", image: "new:1"), A.Cluster(A.Node("a"), A.Node("b"))));
}
