using System.Text;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Resources;
using Navarch.ApiServer.Resources.Core;
using Navarch.ApiServer.Resources.Discovery;

namespace Navarch.ApiServer.Tests.Resources.Core;

public sealed class SmallCoreKindsTests
{
    [Theory]
    [InlineData("""{"data":{"a b":"x"}}""", "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [InlineData("""{"data":{"a":"x"},"binaryData":{"a":"eA=="}}""", "data[a]: Invalid value: \"a\": duplicate of key present in binaryData")]
    public void Keys_of_a_config_map_are_file_names(string json, string error) => Assert.Equal([error], new ConfigMapResource().CreateErrors(json));

    [Fact]
    public void An_immutable_config_map_stays_as_it_is() =>
        Assert.Equal(
            ["data: Forbidden: field is immutable when `immutable` is set"],
            new ConfigMapResource().UpdateErrors("""{"immutable":true,"data":{"a":"1"}}""", """{"immutable":true,"data":{"a":"2"}}"""));

    [Fact]
    public void Text_of_a_secret_becomes_data()
    {
        var secret = new SecretResource().Created("""{"data":{"a":"eA==","b":"eA=="},"stringData":{"a":"new"}}""");

        Assert.Equal("new", Encoding.UTF8.GetString(secret.Data["a"].Span));
        Assert.Equal(("Opaque", 0, 2), (secret.Type, secret.StringData.Count, secret.Data.Count));
    }

    [Fact]
    public void A_secret_of_a_type_has_what_the_type_needs_and_errors_never_show_it()
    {
        Assert.Equal(["data[tls.crt]: Required value", "data[tls.key]: Required value"], new SecretResource().CreateErrors("""{"type":"kubernetes.io/tls"}"""));
        Assert.Equal(
            ["data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": is not valid JSON"],
            new SecretResource().CreateErrors("""{"type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"password"}}"""));
    }

    [Fact]
    public void A_namespace_is_active_finalized_and_labelled_with_its_name()
    {
        Assert.Equal(
            """{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"a","labels":{"kubernetes.io/metadata.name":"a"}},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}""",
            ResourceHarness.Text(new NamespaceResource().Created("""{"metadata":{"name":"a"}}""")));
    }

    [Fact]
    public void A_node_shows_its_state_and_roles()
    {
        var node = ResourceHarness.Parse<Node>(
            """{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":"","node-role.kubernetes.io/control-plane":""}},"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":null,"lastTransitionTime":null}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"kubeletVersion":"v1.36.0"}}}""");

        Assert.Equal(["n", "Ready,SchedulingDisabled", "control-plane,worker", "<unknown>", "v1.36.0", "10.0.0.1", "<none>", "<unknown>", "<unknown>", "<unknown>"], new NodeResource().Cells(node));
    }

    [Fact]
    public void Two_taints_of_one_key_and_effect_are_one_too_many() =>
        Assert.Equal(
            ["spec.taints[1]: Duplicate value: {\"key\":\"a\",\"value\":\"x\",\"effect\":\"NoSchedule\"}"],
            new NodeResource().CreateErrors("""{"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","value":"x","effect":"NoSchedule"}]}}"""));

    [Fact]
    public void Endpoints_show_three_addresses()
    {
        var value = ResourceHarness.Parse<Endpoints>("""{"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],"ports":[{"port":80},{"port":81}]}]}""");

        Assert.Equal("10.0.0.1:80,10.0.0.2:80,10.0.0.1:81 + 1 more...", new EndpointsResource().Cells(value)[1]);
    }

    [Fact]
    public void An_endpoint_slice_holds_addresses_of_its_type() =>
        Assert.Equal(
            ["endpoints[0].addresses[0]: Invalid value: \"fd00::1\": must be an IPv4 address", "endpoints[1].addresses: Required value: must contain at least 1 address"],
            new EndpointSliceResource().CreateErrors("""{"addressType":"IPv4","endpoints":[{"addresses":["fd00::1"],"conditions":{}},{"addresses":[],"conditions":{}}]}"""));

    [Fact]
    public void An_event_shows_when_who_and_what()
    {
        var value = ResourceHarness.Parse<Event>(
            """{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p"},"reason":"Started","message":" ok\n","source":{"component":"kubelet","host":"n"},"firstTimestamp":"2026-11-21T11:00:00Z","lastTimestamp":"2026-11-21T11:59:30Z","type":"Normal"}""");

        Assert.Equal(["30s", "Normal", "Started", "pod/p", "", "kubelet, n", "ok", "60m", 1L, "e"], new EventResource().Cells(value));
    }

    [Fact]
    public void Every_kind_has_its_own_place_in_the_store_and_a_first_column()
    {
        Assert.Equal(AllResources.List.Count, AllResources.List.Select(resource => resource.Type).Distinct().Count());
        Assert.All(AllResources.List, resource => Assert.StartsWith("/registry/", resource.StoragePrefix, StringComparison.Ordinal));
        Assert.All(AllResources.List, resource => Assert.EndsWith("/", resource.StoragePrefix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"A\",\"B/c\"", null)]
    [InlineData("\"B\",\"A\"", "status.declaredFeatures[1]: Invalid value: \"A\": list must be sorted alphabetically")]
    [InlineData("\"A\",\"A\"", "status.declaredFeatures[1]: Duplicate value: \"A\"")]
    [InlineData("\"a\"", "status.declaredFeatures[0]: Invalid value: \"a\": invalid feature name \"a\": must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes")]
    public void Features_of_a_node_are_named_in_order(string features, string? error)
    {
        var errors = new Navarch.Machinery.Errors.FieldErrors();
        new NodeResource().ValidateStatusUpdate(ResourceHarness.Parse<Node>($$"""{"status":{"declaredFeatures":[{{features}}]} }"""), Node.Empty, errors);

        Assert.Equal(error is null ? [] : [error], errors.All.Select(static one => one.ToString()));
    }
}
