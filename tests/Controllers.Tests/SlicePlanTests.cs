using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class SlicePlanTests
{
    [Fact]
    public void A_pod_is_shown_with_its_conditions()
    {
        var slice = Created(A.Service("web"), A.Pod("a", ready: true, ip: "10.244.0.5", node: "n1")).Single();

        var endpoint = Assert.Single(slice.Endpoints);
        Assert.Equal(["10.244.0.5"], endpoint.Addresses);
        Assert.Equal(new EndpointConditions { Ready = true, Serving = true, Terminating = false }, endpoint.Conditions);
        Assert.Equal(("n1", "zone-n1", "Pod", "a"), (endpoint.NodeName, endpoint.Zone, endpoint.TargetRef!.Kind, endpoint.TargetRef.Name));
        Assert.Equal(("http", 8080, "TCP"), (slice.Ports[0].Name, slice.Ports[0].Port, slice.Ports[0].Protocol));
        Assert.Equal("web", slice.Metadata.Labels["kubernetes.io/service-name"]);
        Assert.Equal("endpointslice-controller.k8s.io", slice.Metadata.Labels["endpointslice.kubernetes.io/managed-by"]);
        Assert.Equal("web", slice.Metadata.OwnerReferences[0].Name);
        Assert.Equal("web-", slice.Metadata.GenerateName);
    }

    [Fact]
    public void A_pod_that_is_ending_still_serves_but_is_not_ready()
    {
        var endpoint = Created(A.Service("web"), A.Pod("a", ready: true, ip: "10.244.0.5", deleting: true)).Single().Endpoints.Single();

        Assert.Equal(new EndpointConditions { Ready = false, Serving = true, Terminating = true }, endpoint.Conditions);
    }

    [Fact]
    public void A_service_may_publish_pods_that_are_not_ready()
    {
        var endpoint = Created(A.Service("web", publishNotReady: true), A.Pod("a", ready: false, ip: "10.244.0.5")).Single().Endpoints.Single();

        Assert.Equal(new EndpointConditions { Ready = true, Serving = false, Terminating = false }, endpoint.Conditions);
    }

    [Fact]
    public void Ended_pods_and_pods_without_an_address_are_left_out()
    {
        var slice = Created(A.Service("web"), A.Pod("a", ip: "10.244.0.5", phase: "Succeeded"), A.Pod("b", ready: false)).Single();

        Assert.Empty(slice.Endpoints); // One empty slice says that the Service was looked at.
    }

    [Fact]
    public void Pods_on_which_a_named_port_is_another_number_are_in_another_slice()
    {
        ServicePort[] ports = [new() { Name = "http", Port = 80, Protocol = "TCP", TargetPort = new IntOrString("web") }];
        static ContainerPort[] Port(int number) => [new() { Name = "web", ContainerPortValue = number, Protocol = "TCP" }];

        var slices = Created(
            A.Service("web", ports: ports), A.Pod("a", ready: true, ip: "10.244.0.1", ports: Port(80)), A.Pod("b", ready: true, ip: "10.244.0.2", ports: Port(8080)), A.Pod("c", ready: true, ip: "10.244.0.3", ports: Port(80)));

        Assert.Equal([(80, 2), (8080, 1)], slices.Select(slice => (slice.Ports[0].Port!.Value, slice.Endpoints.Count)).Order());
    }

    [Fact]
    public void A_headless_service_says_so()
    {
        var slice = Created(A.Service("web", clusterIP: "None"), A.Pod("a", ready: true, ip: "10.244.0.5")).Single();

        Assert.True(slice.Metadata.Labels.ContainsKey("service.kubernetes.io/headless"));
    }

    [Fact]
    public void One_changed_pod_changes_one_slice()
    {
        var service = A.Service("web");
        var pods = Enumerable.Range(0, 250).Select(i => A.Pod($"p{i:000}", ready: true, ip: $"10.244.{i / 250}.{(i % 250) + 1}")).ToList();
        var slices = Created(service, [.. pods]).Select(Stored).ToList();
        Assert.Equal([50, 100, 100], slices.Select(slice => slice.Endpoints.Count).Order());

        pods[120] = A.Pod("p120x", ready: true, ip: "10.244.9.9");
        var changes = SlicePlan.Of(service, pods, slices, _ => null);

        Assert.All(changes, change => Assert.IsType<Change.Update<EndpointSlice>>(change));
        Assert.InRange(changes.Count, 1, 2);
        Assert.Equal(250, Carried(slices, changes).Sum(slice => slice.Endpoints.Count));
    }

    [Fact]
    public void A_plan_carried_out_leaves_nothing_to_plan()
    {
        var random = new Random(7);
        var service = A.Service("web");
        List<EndpointSlice> slices = [];
        List<Pod> pods = [];
        for (var round = 0; round < 50; round++)
        {
            pods.RemoveAll(_ => random.Next(4) == 0);
            pods.AddRange(Enumerable.Range(0, random.Next(120)).Select(i => A.Pod($"p{round}-{i}", ready: random.Next(2) == 0, ip: $"10.{round}.{i / 250}.{(i % 250) + 1}")));

            slices = Carried(slices, SlicePlan.Of(service, pods, slices, Zone));

            Assert.Empty(SlicePlan.Of(service, pods, slices, Zone));
            Assert.Equal(pods.Select(pod => pod.Status.PodIP).Order(), slices.SelectMany(slice => slice.Endpoints).Select(endpoint => endpoint.Addresses[0]).Order());
            Assert.All(slices, slice => Assert.InRange(slice.Endpoints.Count, pods.Count == 0 ? 0 : 1, 100));
        }
    }

    [Fact]
    public async Task Slices_and_endpoints_follow_pods_and_services()
    {
        await using var cluster = ControllerCluster.Start(A.Service("web"), A.ReplicaSet("web", replicas: 3));
        await cluster.UntilAsync<EndpointSlice>(slices => slices is [{ Endpoints.Count: 3 }] && slices[0].Endpoints.All(endpoint => endpoint.Conditions.Ready == true));
        await cluster.UntilAsync<Navarch.Api.Core.V1.Endpoints>(all => all is [{ Subsets: [{ Addresses.Count: 3 }] }]);

        await cluster.Client.PatchAsync<Navarch.Api.Apps.V1.ReplicaSet>(new("default", "web"), Patch.Merge("""{"spec":{"replicas":0}}"""), default);
        await cluster.UntilAsync<EndpointSlice>(slices => slices is [{ Endpoints.Count: 0 }]);
        await cluster.UntilAsync<Navarch.Api.Core.V1.Endpoints>(all => all is [{ Subsets.Count: 0 }]);

        await cluster.Client.DeleteAsync<Service>(new NamespacedName("default", "web"), default);
        await cluster.UntilAsync<EndpointSlice>(slices => slices.Count == 0);
        await cluster.UntilAsync<Navarch.Api.Core.V1.Endpoints>(all => all.Count == 0);
    }

    private static string? Zone(string node) => node.Length > 0 ? $"zone-{node}" : null;

    private static List<EndpointSlice> Created(Service service, params Pod[] pods) =>
        [.. SlicePlan.Of(service, pods, [], Zone).Cast<Change.Create<EndpointSlice>>().Select(change => change.Object)];

    private static EndpointSlice Stored(EndpointSlice slice) => slice with { Metadata = slice.Metadata with { Name = "web-" + A.Uid(), UID = A.Uid() } };

    private static List<EndpointSlice> Carried(IReadOnlyList<EndpointSlice> before, IReadOnlyList<Change> changes)
    {
        var after = before.ToDictionary(slice => slice.Metadata.Name);
        foreach (var change in changes)
        {
            switch (change)
            {
                case Change.Create<EndpointSlice> creation:
                    var stored = Stored(creation.Object);
                    after.Add(stored.Metadata.Name, stored);
                    break;
                case Change.Update<EndpointSlice> update:
                    after[update.Object.Metadata.Name] = update.Object;
                    break;
                default:
                    Assert.True(after.Remove(change.Subject.Metadata.Name));
                    break;
            }
        }

        return [.. after.Values];
    }
}
