namespace Navarch.EndToEnd;

/// <summary>Programs of the official Python client, as the distribution has it; their tests are in <c>python/</c>.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PythonClientTests(ClusterFixture cluster)
{
    // The distribution's, whose packages it has; others of the machine have their own.
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Its_typed_and_dynamic_calls_watches_elections_and_streams_work()
    {
        Assert.SkipUnless(
            File.Exists(Python) && (await Command.RunAsync(Python, ["-c", "import kubernetes"])).ExitCode == 0,
            "There is no client for Python on this machine (Debian: python3-kubernetes).");
        await cluster.NamespaceAsync("python");

        var tests = await Command.RunAsync(
            Python,
            [Path.Combine(AppContext.BaseDirectory, "python", "client_test.py")],
            new Dictionary<string, string> { ["KUBECONFIG"] = cluster.Kubeconfig, ["NAMESPACE"] = "python" });

        tests.Succeeded();
    }
}
