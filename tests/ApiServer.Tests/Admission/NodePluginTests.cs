using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class NodePluginTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Pod = """{"metadata":{"name":"NAME","labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task A_new_node_gets_no_pods_before_it_is_known_to_be_ready()
    {
        var bare = await Admin.PostAsync("/api/v1/nodes", """{"metadata":{"name":"bare"}}""");
        var own = await Admin.PostAsync("/api/v1/nodes", """{"metadata":{"name":"own"},"spec":{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoExecute"},{"key":"x","effect":"NoSchedule"}]}}""");
        var said = await Admin.PostAsync("/api/v1/nodes", """{"metadata":{"name":"said"},"spec":{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]}}""");

        Assert.Equal("""[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]""", bare.Json["spec"]!["taints"]!.ToJsonString());
        Assert.Equal("""{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}""", own.Json["spec"]!["taints"]![2]!.ToJsonString());
        Assert.Single(said.Json["spec"]!["taints"]!.AsArray());
        Assert.Equal(200, (await Admin.PatchAsync("/api/v1/nodes/bare", "merge-patch+json", """{"spec":{"taints":null}}""")).Code);
        Assert.Null((await Admin.AskAsync("/api/v1/nodes/bare")).Json["spec"]!["taints"]);
    }

    [Fact]
    public async Task A_pod_learns_the_zone_and_the_region_of_its_node()
    {
        var ns = await shared.NamespaceAsync();
        await Admin.PostAsync("/api/v1/nodes", """{"metadata":{"name":"there","labels":{"topology.kubernetes.io/zone":"z1","topology.kubernetes.io/region":"r1","topology.kubernetes.io/rack":"k1"}}}""");
        foreach (var name in (string[])["a", "b"])
        {
            await Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", Pod.Replace("NAME", name, StringComparison.Ordinal));
        }

        await Admin.PostAsync($"/api/v1/namespaces/{ns}/pods/a/binding", """{"metadata":{"name":"a"},"target":{"kind":"Node","name":"there"}}""");
        await Admin.PostAsync($"/api/v1/namespaces/{ns}/bindings", """{"metadata":{"name":"b"},"target":{"kind":"Node","name":"there"}}""");
        await Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", Pod.Replace("NAME", "c", StringComparison.Ordinal).Replace("\"containers\"", "\"nodeName\":\"there\",\"containers\"", StringComparison.Ordinal));
        await Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", Pod.Replace("NAME", "d", StringComparison.Ordinal).Replace("\"containers\"", "\"nodeName\":\"nowhere\",\"containers\"", StringComparison.Ordinal));

        foreach (var name in (string[])["a", "b", "c"])
        {
            Assert.Equal("""{"a":"b","topology.kubernetes.io/region":"r1","topology.kubernetes.io/zone":"z1"}""", await LabelsAsync(name));
        }

        Assert.Equal("""{"a":"b"}""", await LabelsAsync("d"));

        async Task<string> LabelsAsync(string name) => (await Admin.AskAsync($"/api/v1/namespaces/{ns}/pods/{name}")).Json["metadata"]!["labels"]!.ToJsonString();
    }
}
