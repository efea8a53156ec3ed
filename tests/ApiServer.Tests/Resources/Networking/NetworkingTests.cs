using Navarch.ApiServer.Resources.Networking;

namespace Navarch.ApiServer.Tests.Resources.Networking;

public sealed class NetworkingTests
{
    [Theory]
    [InlineData("""{"spec":{}}""", "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified")]
    [InlineData("""{"spec":{"rules":[{"http":{"paths":[{"path":"/","backend":{"service":{"name":"a","port":{"number":80}}}}]}}]}}""", "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified")]
    [InlineData("""{"spec":{"rules":[{"host":"10.0.0.1","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"a","port":{"number":80}}}}]}}]}}""", "spec.rules[0].host: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address")]
    [InlineData("""{"spec":{"rules":[{"http":{"paths":[{"path":"x","pathType":"Prefix","backend":{"service":{"name":"a","port":{"number":80}}}}]}}]}}""", "spec.rules[0].http.paths[0].path: Invalid value: \"x\": must be an absolute path")]
    [InlineData("""{"spec":{"defaultBackend":{}}}""", "spec.defaultBackend: Required value: service or resource backend is required")]
    [InlineData("""{"spec":{"defaultBackend":{"service":{"name":"a","port":{}}}}}""", "spec.defaultBackend.service: Required value: port name or number is required")]
    public void What_is_wrong_with_an_ingress_is_said_as_everywhere(string json, string error) => Assert.Equal([error], new IngressResource().CreateErrors(json));

    [Fact]
    public void An_ingress_shows_hosts_and_ports()
    {
        var resource = new IngressResource();
        var value = resource.Created("""{"metadata":{"name":"i"},"spec":{"ingressClassName":"x","tls":[{}],"rules":[{"host":"a.example.com"},{"host":"b.example.com"}]}}""");

        Assert.Equal(["i", "x", "a.example.com,b.example.com", "", "80, 443", "<unknown>"], resource.Cells(value));
    }

    [Fact]
    public void A_policy_says_which_directions_it_is_about()
    {
        Assert.Equal(["Ingress"], new NetworkPolicyResource().Created("""{"spec":{"podSelector":{}}}""").Spec.PolicyTypes);
        Assert.Equal(["Ingress", "Egress"], new NetworkPolicyResource().Created("""{"spec":{"podSelector":{},"egress":[{}]}}""").Spec.PolicyTypes);
    }

    [Theory]
    [InlineData("""{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}""", null)]
    [InlineData("""{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.1.0.0/16"]}}""", "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.1.0.0/16\": must be a strict subset of `cidr`")]
    [InlineData("""{"ipBlock":{"cidr":"10.0.0.0"}}""", "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.0\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    [InlineData("""{}""", "spec.ingress[0].from[0]: Required value: must specify a peer")]
    public void Peers_are_named_one_way(string peer, string? error) => Assert.Equal(
        error is null ? [] : [error],
        new NetworkPolicyResource().CreateErrors("""{"spec":{"podSelector":{},"ingress":[{"from":[""" + peer + "]}]}}"));

    [Fact]
    public void An_address_is_named_in_its_canonical_form()
    {
        Assert.Null(new IPAddressResource().NameProblem("2001:db8::1"));
        Assert.NotNull(new IPAddressResource().NameProblem("2001:db8:0::1"));
        Assert.NotNull(new IPAddressResource().NameProblem("010.0.0.1"));
    }
}
