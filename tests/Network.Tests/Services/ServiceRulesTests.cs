using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Network.Services;

namespace Navarch.Network.Tests.Services;

public sealed class ServiceRulesTests
{
    private static readonly NodeView Node = new("here");

    [Fact]
    public void A_service_is_reached_at_its_cluster_address()
    {
        var rule = Assert.Single(Rules(A.Service(), A.Slice("10.244.0.5", "10.244.1.7 there")));

        Assert.Equal(new Frontend(Address.Parse("10.96.0.10"), Transport.Tcp, 80), rule.Frontend);
        Assert.Equal(["10.244.0.5:8080 (local)", "10.244.1.7:8080"], Texts(rule.Backends));
        Assert.True(rule.OwnsAddress);
        Assert.True(rule.HidesSource);
        Assert.Null(rule.ForOutside);
    }

    [Fact]
    public void Node_port_external_and_load_balancer_addresses_are_frontends_too()
    {
        var service = A.Service(type: ServiceType.LoadBalancer, nodePort: 30080) with
        {
            Status = new() { LoadBalancer = new() { Ingress = [new() { IP = "192.0.2.10" }, new() { IP = "192.0.2.11", IPMode = "Proxy" }] } },
        };
        service = service with { Spec = service.Spec with { ExternalIPs = ["203.0.113.5"] } };

        var frontends = Rules(service, A.Slice("10.244.0.5")).Select(rule => rule.Frontend.ToString());

        Assert.Equal(["10.96.0.10:80/Tcp", "203.0.113.5:80/Tcp", "192.0.2.10:80/Tcp", "*:30080/Tcp"], frontends);
    }

    [Theory]
    [InlineData("None", ServiceType.ClusterIP)]
    [InlineData("", ServiceType.ClusterIP)]
    [InlineData("10.96.0.10", ServiceType.ExternalName)]
    public void Headless_and_external_name_services_have_no_rules(string address, string type)
    {
        Assert.Empty(Rules(A.Service(address, type), A.Slice("10.244.0.5")));
    }

    [Fact]
    public void A_service_of_another_proxy_has_no_rules()
    {
        var service = A.Service();
        service = service with
        {
            Metadata = service.Metadata with { Labels = [KeyValuePair.Create("service.kubernetes.io/service-proxy-name", "other")] },
        };

        Assert.Empty(Rules(service, A.Slice("10.244.0.5")));
    }

    [Fact]
    public void Endpoints_that_are_not_ready_take_no_connections()
    {
        var slice = A.Slice("10.244.0.5", "10.244.0.6 ready=false", "10.244.0.7 ready=false terminating=true serving=true");

        Assert.Equal(["10.244.0.5:8080 (local)"], Texts(Assert.Single(Rules(A.Service(), slice)).Backends));
    }

    [Fact]
    public void Terminating_endpoints_that_serve_are_used_when_none_is_ready()
    {
        var slice = A.Slice("10.244.0.6 ready=false", "10.244.0.7 ready=false terminating=true serving=true");

        Assert.Equal(["10.244.0.7:8080 (local)"], Texts(Assert.Single(Rules(A.Service(), slice)).Backends));
    }

    [Fact]
    public void Without_endpoints_connections_are_refused()
    {
        var rule = Assert.Single(Rules(A.Service()));

        Assert.Empty(rule.Backends);
        Assert.False(rule.DropsWithoutBackends);
    }

    [Fact]
    public void The_internal_policy_local_keeps_to_this_node_and_drops_if_only_others_have_endpoints()
    {
        var service = A.Service();
        service = service with { Spec = service.Spec with { InternalTrafficPolicy = ServiceInternalTrafficPolicy.Local } };

        var here = Assert.Single(Rules(service, A.Slice("10.244.0.5", "10.244.1.7 there")));
        var elsewhere = Assert.Single(Rules(service, A.Slice("10.244.1.7 there")));

        Assert.Equal(["10.244.0.5:8080 (local)"], Texts(here.Backends));
        Assert.Empty(elsewhere.Backends);
        Assert.True(elsewhere.DropsWithoutBackends);
    }

    [Fact]
    public void The_external_policy_local_is_for_clients_outside_and_keeps_their_address()
    {
        var service = A.Service(type: ServiceType.NodePort, nodePort: 30080);
        service = service with { Spec = service.Spec with { ExternalTrafficPolicy = ServiceExternalTrafficPolicy.Local } };

        var rules = Rules(service, A.Slice("10.244.0.5", "10.244.1.7 there"));

        Assert.Null(rules[0].ForOutside);
        Assert.Equal(2, rules[1].Backends.Length);
        Assert.Equal(["10.244.0.5:8080 (local)"], Texts(rules[1].ForOutside!.Value));
        Assert.False(rules[1].HidesSource);
    }

    [Fact]
    public void Session_affinity_has_upstreams_default_of_three_hours()
    {
        var service = A.Service();
        var sticky = service with { Spec = service.Spec with { SessionAffinity = ServiceAffinity.ClientIP } };
        var shorter = sticky with { Spec = sticky.Spec with { SessionAffinityConfig = new() { ClientIP = new() { TimeoutSeconds = 60 } } } };

        Assert.Equal(0, Assert.Single(Rules(service)).AffinitySeconds);
        Assert.Equal(10_800, Assert.Single(Rules(sticky)).AffinitySeconds);
        Assert.Equal(60, Assert.Single(Rules(shorter)).AffinitySeconds);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("not an address")]
    [InlineData("")]
    public void Addresses_that_are_no_endpoints_are_left_out(string address)
    {
        Assert.Equal(["10.244.0.5:8080 (local)"], Texts(Assert.Single(Rules(A.Service(), A.Slice(address, "10.244.0.5"))).Backends));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("not an address")]
    [InlineData("2001:db8::1")]
    public void A_service_does_not_take_over_addresses_that_are_nobodys_to_give(string address)
    {
        var service = A.Service();
        service = service with { Spec = service.Spec with { ExternalIPs = [address] } };

        Assert.Single(Rules(service, A.Slice("10.244.0.5")));
    }

    [Fact]
    public void An_address_in_two_slices_is_one_endpoint_ready_if_one_says_so()
    {
        var rules = Rules(A.Service(), A.Slice("10.244.0.5 ready=false"), A.Slice("10.244.0.5"));

        Assert.Equal(["10.244.0.5:8080 (local)"], Texts(Assert.Single(rules).Backends));
    }

    [Fact]
    public void Ports_are_matched_by_name_and_protocol()
    {
        var service = A.Service();
        service = service with
        {
            Spec = service.Spec with
            {
                Ports = [new() { Name = "dns", Port = 53, Protocol = Protocol.UDP }, new() { Name = "dns-tcp", Port = 53, Protocol = Protocol.TCP }],
            },
        };
        var slice = A.Slice("10.244.0.5") with
        {
            Ports = [new() { Name = "dns", Port = 5353, Protocol = Protocol.UDP }, new() { Name = "dns-tcp", Port = 5354, Protocol = Protocol.TCP }],
        };

        var rules = Rules(service, slice);

        Assert.Equal(["10.96.0.10:53/Udp", "10.96.0.10:53/Tcp"], rules.Select(rule => rule.Frontend.ToString()));
        Assert.Equal(["10.244.0.5:5353 (local)", "10.244.0.5:5354 (local)"], rules.SelectMany(rule => Texts(rule.Backends)));
    }

    private static ImmutableArray<FrontendRule> Rules(Service service, params EndpointSlice[] slices) =>
        ServiceRules.For(service, slices, Node);

    private static IEnumerable<string> Texts(ImmutableArray<Backend> backends) => backends.Select(backend => backend.ToString());
}
