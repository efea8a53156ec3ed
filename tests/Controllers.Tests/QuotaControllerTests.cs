using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.DynamicResources.V1;
using Navarch.Api.Meta.V1;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class QuotaControllerTests
{
    [Fact]
    public async Task A_new_quota_is_told_what_is_there()
    {
        await using var cluster = ControllerCluster.Start(
            A.Namespace("web"), A.ConfigMap("a", ns: "web"), A.ConfigMap("b", ns: "web"), A.ConfigMap("c"), A.Service("s", ns: "web"),
            Quota([new("configmaps", new Quantity(5)), new("count/services", new Quantity(5)), new("pods", new Quantity(2))]));

        var quota = (await cluster.UntilAsync<ResourceQuota>(all => all[0].Status.Used.Count > 0))[0];

        Assert.Equal(quota.Spec.Hard, quota.Status.Hard);
        Assert.Equal([new("configmaps", new Quantity(2)), new("count/services", new Quantity(1)), new("pods", new Quantity(0))], quota.Status.Used);
    }

    [Fact]
    public async Task What_was_charged_and_is_not_there_is_taken_off_when_the_books_are_still()
    {
        var quota = Quota([new("pods", new Quantity(5))]);
        await using var cluster = ControllerCluster.Start(
            A.Namespace("web"), quota with { Status = new ResourceQuotaStatus { Hard = quota.Spec.Hard, Used = [new("pods", new Quantity(3))] } });

        await cluster.UntilAsync<ResourceQuota>(all => all[0].Status.Used["pods"] == new Quantity(0));
    }

    [Fact]
    public async Task Claims_are_counted_by_what_they_may_get_at_most()
    {
        const string Of = ".deviceclass.resource.k8s.io/devices";
        var claim = new Api.DynamicResources.V1.ResourceClaim
        {
            Metadata = new ObjectMeta { Name = "c", Namespace = "web" },
            Spec = new ResourceClaimSpec
            {
                Devices = new DeviceClaim
                {
                    Requests =
                    [
                        new DeviceRequest { Name = "a", Exactly = new ExactDeviceRequest { DeviceClassName = "gpu", AllocationMode = "ExactCount", Count = 2 } },
                        new DeviceRequest
                        {
                            Name = "b",
                            FirstAvailable =
                            [
                                new DeviceSubRequest { Name = "x", DeviceClassName = "gpu", AllocationMode = "ExactCount", Count = 4 },
                                new DeviceSubRequest { Name = "y", DeviceClassName = "gpu", AllocationMode = "ExactCount", Count = 3 },
                                new DeviceSubRequest { Name = "z", DeviceClassName = "net", AllocationMode = "All" },
                            ],
                        },
                    ],
                },
            },
        };
        await using var cluster = ControllerCluster.Start(
            A.Namespace("web"), claim, Quota([new("gpu" + Of, new Quantity(9)), new("net" + Of, new Quantity(9)), new("count/resourceclaims.resource.k8s.io", new Quantity(9))]));

        var quota = (await cluster.UntilAsync<ResourceQuota>(all => all[0].Status.Used.Count > 0))[0];

        Assert.Equal([new("count/resourceclaims.resource.k8s.io", new Quantity(1)), new("gpu" + Of, new Quantity(6)), new("net" + Of, new Quantity(32))], quota.Status.Used);
    }

    [Fact]
    public void More_is_written_down_at_once_and_less_later()
    {
        var quota = Quota([new("pods", new Quantity(5)), new("secrets", new Quantity(5))]);
        quota = quota with { Status = new ResourceQuotaStatus { Hard = quota.Spec.Hard, Used = [new("pods", new Quantity(3)), new("secrets", new Quantity(1))] } };
        Map<Quantity> counted = [new("pods", new Quantity(2)), new("secrets", new Quantity(2))];

        Assert.Equal([new("pods", new Quantity(3)), new("secrets", new Quantity(2))], ResourceQuotaController.Plan(quota, counted, mayLower: false));
        Assert.Equal(counted, ResourceQuotaController.Plan(quota, counted, mayLower: true));
    }

    private static ResourceQuota Quota(Map<Quantity> hard) => new()
    {
        Metadata = new ObjectMeta { Name = "q", Namespace = "web" },
        Spec = new ResourceQuotaSpec { Hard = hard },
    };
}
