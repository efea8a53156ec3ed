namespace Navarch.EndToEnd;

/// <summary>One cluster for all tests that only use it. Each test works in a namespace of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    public const string Profile = "e2e";

    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-e2e-").FullName;

    public string Kubeconfig => Path.Combine(_folder, "config");

    public async ValueTask InitializeAsync()
    {
        Needs.Root();
        await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile); // Of a run that was killed.
        (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", Profile)).Succeeded();
        (await NavarchCommand.RunAsync(Kubeconfig, "image", "samples", "-p", Profile)).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        // Left for inspection where somebody debugs a test.
        if (Environment.GetEnvironmentVariable("NAVARCH_KEEP") is null && Environment.IsPrivilegedProcess)
        {
            (await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile)).Succeeded();
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>kubectl in a namespace that is made for the caller.</summary>
    internal async Task<Kubectl> NamespaceAsync(string name, string? program = null)
    {
        Needs.Kubectl();
        var kubectl = new Kubectl(program ?? Kubectl.Default, Kubeconfig, name);
        (await kubectl.RunAsync("create", "namespace", name)).Silent();
        return kubectl;
    }
}

[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "one cluster";
}
