using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler.Tests.Pods;

public class PodRequestsTests
{
    private static readonly Pod Empty = A.Pod("web");

    [Fact]
    public void Containers_add_up()
    {
        var requests = Of([A.Container("100m", "1Gi"), A.Container("250m", "512Mi")]);

        Assert.Equal(350, requests.MilliCpu);
        Assert.Equal(1536L * 1024 * 1024, requests.Memory);
    }

    [Fact]
    public void An_init_container_counts_only_by_what_it_needs_beyond_the_containers()
    {
        Assert.Equal(500, Of([A.Container("100m")], init: [A.Container("500m"), A.Container("200m")]).MilliCpu);
        Assert.Equal(900, Of([A.Container("900m")], init: [A.Container("500m")]).MilliCpu);
    }

    [Fact]
    public void A_sidecar_runs_beside_containers_and_beside_the_init_containers_after_it()
    {
        var sidecar = A.Container("100m", restartPolicy: RestartPolicy.Always);

        Assert.Equal(400, Of([A.Container("300m")], init: [sidecar, A.Container("200m")]).MilliCpu);
        Assert.Equal(700, Of([A.Container("300m")], init: [sidecar, A.Container("600m")]).MilliCpu);
        Assert.Equal(600, Of([A.Container("300m")], init: [A.Container("600m"), sidecar]).MilliCpu);
    }

    [Fact]
    public void Overhead_is_added()
    {
        var pod = Empty with { Spec = Empty.Spec with { Containers = [A.Container("100m")], Overhead = A.Amounts("50m") } };

        Assert.Equal(150, PodRequests.Of(pod).MilliCpu);
    }

    [Fact]
    public void A_pod_level_request_replaces_the_sum_of_that_resource_alone()
    {
        var pod = Empty with
        {
            Spec = Empty.Spec with
            {
                Containers = [A.Container("100m", "1Gi"), A.Container("100m", "1Gi")],
                Resources = new ResourceRequirements { Requests = A.Amounts("1") },
                Overhead = A.Amounts("50m"),
            },
        };

        Assert.Equal(1050, PodRequests.Of(pod).MilliCpu);
        Assert.Equal(2L << 30, PodRequests.Of(pod).Memory);
    }

    [Fact]
    public void Extended_resources_and_huge_pages_are_counted_by_name()
    {
        var container = A.Container() with
        {
            Resources = new ResourceRequirements { Requests = [new("example.com/gpu", new Quantity(2)), new("hugepages-2Mi", Quantity.Parse("4Mi"))] },
        };

        var requests = Of([container, container]);

        Assert.Equal(4, requests.Scalars["example.com/gpu"]);
        Assert.Equal(8L << 20, requests.Scalars["hugepages-2Mi"]);
    }

    [Fact]
    public void Where_nothing_is_stated_a_small_use_is_assumed_for_rating_only()
    {
        var pod = Empty with { Spec = Empty.Spec with { Containers = [A.Container(), A.Container("1"), A.Container(memory: "1Gi")] } };

        var rated = PodRequests.ForScoring(pod);

        Assert.Equal(1000, PodRequests.Of(pod).MilliCpu);
        Assert.Equal(100 + 1000 + 100, rated.MilliCpu);
        Assert.Equal((200L << 20) + (200L << 20) + (1L << 30), rated.Memory);
    }

    [Fact]
    public void A_stated_zero_is_not_replaced()
    {
        Assert.Equal(0, PodRequests.ForScoring(Empty with { Spec = Empty.Spec with { Containers = [A.Container("0", "0")] } }).MilliCpu);
    }

    [Fact]
    public void While_a_container_is_resized_the_larger_amount_counts()
    {
        var pod = Resized(wanted: "200m", allocated: "500m");

        Assert.Equal(500, PodRequests.Of(pod).MilliCpu);
        Assert.Equal(800, PodRequests.Of(Resized(wanted: "800m", allocated: "500m")).MilliCpu);
    }

    [Fact]
    public void A_resize_the_node_cannot_make_does_not_count()
    {
        var pod = Resized(wanted: "800m", allocated: "500m");
        var infeasible = pod with
        {
            Status = pod.Status with { Conditions = [new PodCondition { Type = "PodResizePending", Status = "True", Reason = "Infeasible" }] },
        };

        Assert.Equal(500, PodRequests.Of(infeasible).MilliCpu);
    }

    private static Pod Resized(string wanted, string allocated)
    {
        var container = A.Container(wanted);
        return Empty with
        {
            Spec = Empty.Spec with { Containers = [container] },
            Status = Empty.Status with
            {
                ContainerStatuses =
                [
                    new ContainerStatus
                    {
                        Name = container.Name,
                        AllocatedResources = A.Amounts(allocated),
                        Resources = new ResourceRequirements { Requests = A.Amounts(allocated) },
                    },
                ],
            },
        };
    }

    private static Resources Of(Container[] containers, Container[]? init = null) =>
        PodRequests.Of(Empty with { Spec = Empty.Spec with { Containers = containers, InitContainers = init ?? [] } });
}
