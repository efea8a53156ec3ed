using Navarch.ApiServer.Resources.Core;

namespace Navarch.ApiServer.Tests.Resources.Core;

public sealed class ServiceResourceTests
{
    private const string Minimal = """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}""";
    private static readonly ServiceResource Resource = new();

    [Fact]
    public void A_minimal_service_gets_the_defaults_of_every_server()
    {
        Assert.Equal(
            """{"kind":"Service","apiVersion":"v1","metadata":{"name":"web"},"spec":{"ports":[{"protocol":"TCP","port":80,"targetPort":80}],"selector":{"app":"web"},"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}}""",
            ResourceHarness.Text(Resource.Created(Minimal)));
        Assert.Empty(Resource.CreateErrors(Minimal));
    }

    [Theory]
    [InlineData("""{"spec":{}}""", "spec.ports: Required value")]
    [InlineData("""{"spec":{"ports":[{"port":0}]}}""", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive|spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("""{"spec":{"ports":[{"port":1},{"port":2}]}}""", "spec.ports[0].name: Required value|spec.ports[1].name: Required value")]
    [InlineData("""{"spec":{"ports":[{"name":"a","port":1},{"name":"a","port":2}]}}""", "spec.ports[1].name: Duplicate value: \"a\"")]
    [InlineData("""{"spec":{"ports":[{"port":1,"nodePort":30000}]}}""", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [InlineData("""{"spec":{"type":"Magic","ports":[{"port":1}]}}""", "spec.type: Unsupported value: \"Magic\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("""{"spec":{"type":"ExternalName"}}""", "spec.externalName: Required value")]
    [InlineData("""{"spec":{"clusterIP":"10.0.0.999","ports":[{"port":1}]}}""", "spec.clusterIPs[0]: Invalid value: \"10.0.0.999\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("""{"spec":{"ports":[{"port":1}],"externalIPs":["127.0.0.1"]}}""", "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)")]
    public void What_is_wrong_with_a_service_is_said_as_everywhere(string json, string errors) =>
        Assert.Equal(errors.Split('|'), Resource.CreateErrors(json));

    [Fact]
    public void An_update_without_the_allocated_values_keeps_them()
    {
        var old = Resource.Created("""{"metadata":{"name":"web"},"spec":{"type":"NodePort","clusterIP":"10.96.0.9","ipFamilyPolicy":"SingleStack","ipFamilies":["IPv4"],"ports":[{"port":80,"nodePort":30080}]}}""");

        var updated = Resource.Updated("""{"metadata":{"name":"web"},"spec":{"type":"NodePort","ports":[{"port":80,"targetPort":8080}]}}""", old);

        Assert.Equal(("10.96.0.9", 30080), (updated.Spec.ClusterIP, updated.Spec.Ports[0].NodePort));
        Assert.Equal(["10.96.0.9"], updated.Spec.ClusterIPs);
        Assert.Equal("SingleStack", updated.Spec.IPFamilyPolicy);
    }

    [Fact]
    public void A_change_of_type_drops_what_the_new_type_does_not_have()
    {
        const string NodePort = """{"metadata":{"name":"web"},"spec":{"type":"NodePort","clusterIP":"10.96.0.9","ports":[{"port":80,"nodePort":30080}],"externalTrafficPolicy":"Cluster"}}""";

        Assert.Empty(Resource.UpdateErrors(NodePort, NodePort.Replace("\"type\":\"NodePort\"", "\"type\":\"ClusterIP\"", StringComparison.Ordinal)));
        Assert.Empty(Resource.UpdateErrors(NodePort, """{"metadata":{"name":"web"},"spec":{"type":"ExternalName","externalName":"example.com","clusterIP":"10.96.0.9","ports":[{"port":80,"nodePort":30080}],"externalTrafficPolicy":"Cluster"}}"""));
    }

    [Fact]
    public void An_address_does_not_change()
    {
        Assert.Equal(
            ["spec.clusterIPs[0]: Invalid value: [\"10.96.0.10\"]: may not change once set"],
            Resource.UpdateErrors("""{"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}]}}""", """{"spec":{"clusterIP":"10.96.0.10","ports":[{"port":80}]}}"""));
    }

    [Fact]
    public void Columns_show_addresses_and_ports()
    {
        var service = Resource.Created("""{"metadata":{"name":"web"},"spec":{"type":"NodePort","clusterIP":"10.96.0.9","selector":{"b":"2","a":"1"},"ports":[{"name":"x","port":80,"nodePort":30080},{"name":"y","port":53,"protocol":"UDP"}]}}""");

        Assert.Equal(["web", "NodePort", "10.96.0.9", "<none>", "80:30080/TCP,53/UDP", "<unknown>", "a=1,b=2"], Resource.Cells(service));
    }
}
