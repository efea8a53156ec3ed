using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class EndpointSliceMirroringTests
{
    [Fact]
    public async Task Endpoints_written_by_hand_are_followed_by_slices()
    {
        var service = A.Service("db");
        await using var cluster = ControllerCluster.Start(service with { Spec = service.Spec with { Selector = [] } });
        var name = new NamespacedName("default", "db");

        var written = await cluster.Client.CreateAsync(ByHand("10.1.2.3"), default);
        await cluster.UntilAsync<EndpointSlice>(all => all is [{ Endpoints: [{ Addresses: ["10.1.2.3"], Conditions.Ready: true }], Ports: [{ Port: 80 }] }]);
        var slice = cluster.Fake.All<EndpointSlice>().Single();
        Assert.Equal(("db", "endpointslicemirroring-controller.k8s.io"), (slice.Metadata.Labels["kubernetes.io/service-name"], slice.Metadata.Labels["endpointslice.kubernetes.io/managed-by"]));
        Assert.Equal(("Endpoints", "db"), (slice.Metadata.OwnerReferences[0].Kind, slice.Metadata.OwnerReferences[0].Name));

        await cluster.Client.UpdateAsync(written with { Subsets = ByHand("10.1.2.4").Subsets }, default);
        await cluster.UntilAsync<EndpointSlice>(all => all is [{ Endpoints: [{ Addresses: ["10.1.2.4"] }] }]);
        Assert.Equal(slice.Metadata.Name, cluster.Fake.All<EndpointSlice>().Single().Metadata.Name);

        await cluster.Client.DeleteAsync<Endpoints>(name, default);
        await cluster.UntilAsync<EndpointSlice>(all => all.Count == 0);
    }

    [Fact]
    public void Addresses_of_both_families_and_of_each_set_of_ports_get_slices_of_their_own()
    {
        var both = ByHand("10.1.2.3") with
        {
            Subsets =
            [
                .. ByHand("10.1.2.3").Subsets,
                new EndpointSubset { Addresses = [new EndpointAddress { IP = "fd00::1" }], NotReadyAddresses = [new EndpointAddress { IP = "10.1.2.9" }] },
            ],
        };

        var made = EndpointSliceMirroringController.Plan(both, []).Cast<Change.Create<EndpointSlice>>().ToList();

        Assert.Equal(3, made.Count);
        Assert.All(EndpointSliceMirroringController.Plan(null, [new EndpointSlice { Metadata = A.Meta("old") }]), change => Assert.IsType<Change.Delete<EndpointSlice>>(change));
    }

    private static Endpoints ByHand(string ip) => new()
    {
        Metadata = new ObjectMeta { Name = "db", Namespace = "default" },
        Subsets = [new EndpointSubset { Addresses = [new EndpointAddress { IP = ip }], Ports = [new Api.Core.V1.EndpointPort { Name = "sql", Port = 80, Protocol = "TCP" }] }],
    };
}
