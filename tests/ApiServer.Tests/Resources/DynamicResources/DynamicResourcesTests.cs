using Navarch.ApiServer.Resources.DynamicResources;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Resources.DynamicResources;

public sealed class DynamicResourcesTests
{
    private const string Claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";
    private const string Claim = """{"metadata":{"name":"a"},"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}]}}}""";

    [Fact]
    public void A_request_asks_for_one_device()
    {
        var exactly = new ResourceClaimResource().Created(Claim).Spec.Devices.Requests[0].Exactly!;

        Assert.Equal(("ExactCount", 1L), (exactly.AllocationMode, exactly.Count));
        Assert.Empty(new ResourceClaimResource().CreateErrors(Claim));
    }

    [Theory]
    [InlineData("{\"requests\":[{\"name\":\"r\"}]}", "spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required")]
    [InlineData("{\"requests\":[{\"name\":\"r\",\"exactly\":{\"allocationMode\":\"All\",\"count\":2,\"tolerations\":[{\"operator\":\"Exists\",\"value\":\"v\"}]}}]}", "spec.devices.requests[0].exactly.deviceClassName: Required value", "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'", "spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: \"v\": must be empty for operator `Exists`")]
    [InlineData("{\"requests\":[{\"name\":\"r\",\"exactly\":{\"deviceClassName\":\"c\"}}],\"constraints\":[{\"requests\":[\"x\"],\"matchAttribute\":\"noDomain\"}],\"config\":[{}]}", "spec.devices.constraints[0].requests[0]: Invalid value: \"x\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'", "spec.devices.constraints[0].matchAttribute: Invalid value: \"noDomain\": a fully qualified name must be a domain and a name separated by a slash", "spec.devices.config[0].opaque: Required value")]
    public void A_claim_says_what_it_needs(string devices, params string[] expected)
    {
        Assert.Equal(expected, new ResourceClaimResource().CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"devices":{{{{{{devices}}}}}}}}"""));
        Assert.Equal(expected.Select(error => "spec." + error), new ResourceClaimTemplateResource().CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"spec":{"devices":{{{{{{devices}}}}}}}}}"""));
    }

    [Fact]
    public async Task A_claim_is_allocated_once_and_used_while_it_is()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Claims, Claim);
        var changed = await server.Admin.PatchAsync($"{Claims}/a", "merge-patch+json", """{"spec":{"devices":{"requests":[]}}}""");
        Assert.EndsWith(": field is immutable", changed.Message, StringComparison.Ordinal);
        const string Users = "\"reservedFor\":[{\"resource\":\"pods\",\"name\":\"p\",\"uid\":\"u\"}]";
        var early = await server.Admin.PatchAsync($"{Claims}/a/status", "merge-patch+json", $$$$$$"""{"status":{{{{{{{Users}}}}}}}}""");
        Assert.EndsWith("status.reservedFor: Forbidden: may not be specified when `allocated` is not set", early.Message, StringComparison.Ordinal);

        var allocated = await server.Admin.PatchAsync($"{Claims}/a/status", "merge-patch+json", $$$$$$"""{"status":{"allocation":{"devices":{"results":[{"request":"r","driver":"d.io","pool":"p","device":"x"}]}},{{{{{{Users}}}}}}}}""");
        Assert.Equal(200, allocated.Code);
        var table = await server.Admin.GetAsync($"{Claims}/a", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.Equal("allocated,reserved", (string)table.Json["rows"]![0]!["cells"]![1]!);
        var other = await server.Admin.PatchAsync($"{Claims}/a/status", "merge-patch+json", """{"status":{"allocation":{"devices":{"results":[]}}}}""");
        Assert.Contains("status.allocation: Invalid value: ", other.Message, StringComparison.Ordinal);
        var freed = await server.Admin.PatchAsync($"{Claims}/a/status", "merge-patch+json", """{"status":{"allocation":null,"reservedFor":null}}""");
        Assert.Equal(200, freed.Code);
    }

    [Theory]
    [InlineData("\"nodeName\":\"n\"")]
    [InlineData("\"nodeName\":\"n\",\"allNodes\":true", "spec: Invalid value: \"{`nodeName`, `allNodes`}\": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set")]
    [InlineData("\"allNodes\":false", "spec.allNodes: Invalid value: false: must be either unset or set to true", "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required")]
    [InlineData("\"nodeName\":\"n\",\"devices\":[{\"name\":\"x\",\"attributes\":{\"a\":{}}}]", "spec.devices[0].attributes[a]: Invalid value: \"\": exactly one value must be specified")]
    [InlineData("\"nodeName\":\"n\",\"devices\":[{\"name\":\"x\",\"attributes\":{\"a\":{\"version\":\"1.0\"}}},{\"name\":\"x\"}]", "spec.devices[0].attributes[a].version: Invalid value: \"1.0\": must be a string compatible with semver.org spec 2.0.0", "spec.devices[1]: Duplicate value: \"x\"")]
    [InlineData("\"nodeName\":\"n\",\"devices\":[{\"name\":\"x\",\"capacity\":{\"m\":{\"value\":\"10\",\"requestPolicy\":{\"default\":\"1\",\"validRange\":{\"min\":\"1\"}}}}}]", "spec.devices[0].capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true")]
    public void A_slice_says_where_its_devices_are(string spec, params string[] expected) => Assert.Equal(
        expected, new ResourceSliceResource().CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"driver":"d.io","pool":{"name":"p","resourceSliceCount":1},{{{{{{spec}}}}}}}}"""));

    [Fact]
    public void A_taint_is_dated()
    {
        var slice = new ResourceSliceResource().Created("""{"metadata":{"name":"a"},"spec":{"driver":"d.io","pool":{"name":"p","resourceSliceCount":1},"allNodes":true,"devices":[{"name":"x","taints":[{"key":"k","effect":"NoSchedule"}]}]}}""");

        Assert.Equal(ResourceHarness.Now, slice.Spec.Devices[0].Taints[0].TimeAdded);
    }

    [Fact]
    public void A_class_has_selectors_in_a_language() => Assert.Equal(
        ["spec.selectors[0].cel: Required value", "spec.extendedResourceName: Invalid value: \"cpu\": must be a valid extended resource name"],
        new DeviceClassResource().CreateErrors("""{"metadata":{"name":"a"},"spec":{"selectors":[{}],"extendedResourceName":"cpu"}}"""));
}
