using System.Text;
using System.Text.Json;
using Navarch.Cluster.Demo;

namespace Navarch.Cluster.Tests.Demo;

public sealed class ManifestFileTests
{
    [Fact]
    public void Every_document_of_a_file_becomes_an_object_with_its_collection()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.yaml"], "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {n: \"1\"}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\nspec: {replicas: 2, paused: false}\n");

        var manifests = ManifestFile.Read(folder["a.yaml"]);

        Assert.Equal(["/api/v1/namespaces/x/configmaps", "/apis/apps/v1/namespaces/x/deployments"], manifests.Select(manifest => manifest.Collection("x")));
        Assert.Equal("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"n":"1"}}""", Encoding.UTF8.GetString(manifests[0].Json));
        Assert.Contains("\"replicas\":2,\"paused\":false", Encoding.UTF8.GetString(manifests[1].Json), StringComparison.Ordinal);
    }

    [Fact]
    public void Availability_is_counted_from_the_status()
    {
        Assert.Equal((1, 2), DemoRun.Counts(Parse("""{"spec":{"replicas":2},"status":{"availableReplicas":1}}""")));
        Assert.Equal((0, 1), DemoRun.Counts(Parse("""{"spec":{}}""")));
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
