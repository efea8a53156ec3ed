namespace Navarch.EndToEnd;

/// <summary>Programs of the official JavaScript client, as npm has it; their tests are in <c>javascript/</c>.</summary>
[Collection(ClusterCollection.Name)]
public sealed class JavaScriptClientTests(ClusterFixture cluster)
{
    [Fact]
    public async Task Its_typed_calls_patches_watches_informers_and_streams_work()
    {
        Needs.Program("node", "nodejs");
        Needs.Program("npm", "npm");
        await cluster.NamespaceAsync("javascript");
        var folder = Path.Combine(AppContext.BaseDirectory, "javascript");
        (await Command.RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", folder])).Succeeded();

        var tests = await Command.RunAsync(
            "node",
            ["--test", "--test-reporter=spec", Path.Combine(folder, "client.test.js")],
            new Dictionary<string, string> { ["KUBECONFIG"] = cluster.Kubeconfig, ["NAMESPACE"] = "javascript" });

        tests.Succeeded();
    }
}
