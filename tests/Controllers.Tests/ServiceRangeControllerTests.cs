using Navarch.Api.Networking.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class ServiceRangeControllerTests
{
    [Fact]
    public async Task A_range_is_protected_and_said_to_be_ready()
    {
        await using var cluster = ControllerCluster.Start(Range("more", "10.97.0.0/24"));

        var range = (await cluster.UntilAsync<ServiceCIDR>(all => all[0].Status.Conditions.Count > 0))[0];

        Assert.Equal(ServiceRangeController.Finalizer, Assert.Single(range.Metadata.Finalizers));
        Assert.Equal(("Ready", "True", "Kubernetes Service CIDR is ready"), (range.Status.Conditions[0].Type, range.Status.Conditions[0].Status, range.Status.Conditions[0].Message));
    }

    [Fact]
    public async Task A_range_goes_when_no_service_has_an_address_of_it()
    {
        await using var cluster = ControllerCluster.Start(Range("more", "10.97.0.0/24"), Address("10.97.0.5"), Address("10.96.0.5"));
        await cluster.UntilAsync<ServiceCIDR>(all => all[0].Status.Conditions.Count > 0);

        await cluster.Client.DeleteAsync<ServiceCIDR>(new NamespacedName("", "more"), default);

        var held = (await cluster.UntilAsync<ServiceCIDR>(all => all is [{ Status.Conditions: [{ Status: "False" }] }]))[0];
        Assert.Equal(("Terminating", "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR"), (held.Status.Conditions[0].Reason, held.Status.Conditions[0].Message));
        await cluster.Client.DeleteAsync<IPAddress>(new NamespacedName("", "10.97.0.5"), default);
        await cluster.UntilAsync<ServiceCIDR>(all => all.Count == 0);
    }

    [Fact]
    public async Task A_range_goes_when_another_has_its_addresses()
    {
        await using var cluster = ControllerCluster.Start(Range("more", "10.97.0.0/24"), Address("10.97.0.5"));
        await cluster.UntilAsync<ServiceCIDR>(all => all[0].Status.Conditions.Count > 0);
        await cluster.Client.DeleteAsync<ServiceCIDR>(new NamespacedName("", "more"), default);
        await cluster.UntilAsync<ServiceCIDR>(all => all is [{ Status.Conditions: [{ Status: "False" }] }]);

        await cluster.Client.CreateAsync(Range("wider", "10.97.0.0/16"), default);

        await cluster.UntilAsync<ServiceCIDR>(all => all is [{ Metadata.Name: "wider" }]);
    }

    [Theory]
    [InlineData("10.97.0.0/24", "10.96.0.0/24", "10.97.0.5", false)]
    [InlineData("10.97.0.0/24", "10.97.0.0/24", "10.97.0.5", true)]
    [InlineData("10.97.0.0/24", "10.97.0.0/25", "10.97.0.5", true)]
    [InlineData("10.97.0.0/24", "10.97.0.0/25", "10.97.0.200", false)]
    [InlineData("10.97.0.0/24", "10.96.0.0/12", "10.97.0.5", true)]
    [InlineData("fd00::/112", "10.96.0.0/12", "fd00::5", false)]
    [InlineData("fd00::/112", "10.96.0.0/12", "10.97.0.5", true)]
    public void Only_an_address_that_no_other_range_has_holds_a_range(string range, string other, string address, bool mayGo)
    {
        var going = Range("going", range);

        Assert.Equal(mayGo, ServiceRangeController.MayGo(going, [going, Range("other", other)], [Address(address)]));
        Assert.True(ServiceRangeController.MayGo(going, [going, Range("other", other)], [Address(address) with { Metadata = A.Meta(address, "") }]));
    }

    private static ServiceCIDR Range(string name, string cidr) => new() { Metadata = A.Meta(name, ""), Spec = new ServiceCIDRSpec { CIDRs = [cidr] } };

    private static IPAddress Address(string name) => new() { Metadata = A.Meta(name, "", labels: [new("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io")]) };
}
