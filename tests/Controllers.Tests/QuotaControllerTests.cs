using Navarch.Api;
using Navarch.Api.Core.V1;
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
