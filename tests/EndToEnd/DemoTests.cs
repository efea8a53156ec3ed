namespace Navarch.EndToEnd;

/// <summary>A newcomer's first command.</summary>
[Collection("demo")]
public sealed class DemoTests : IAsyncLifetime
{
    private const string Profile = "e2e-demo";

    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-demo-").FullName;

    private string Kubeconfig => Path.Combine(_folder, "config");

    public ValueTask InitializeAsync()
    {
        Needs.Root();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", Profile);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_ends_with_a_page_that_counts_its_visitors()
    {
        var first = (await NavarchCommand.RunAsync(Kubeconfig, "demo", "-p", Profile)).Silent();

        Assert.Contains("You are visitor number 1.", first, StringComparison.Ordinal);
        var page = first[first.IndexOf("The page:", StringComparison.Ordinal)..].Split(' ', '\n').First(word => word.StartsWith("http://", StringComparison.Ordinal));
        Assert.Contains("You are visitor number 2.", (await Command.RunAsync("curl", ["-s", "--noproxy", "*", "--max-time", "10", page])).Succeeded(), StringComparison.Ordinal);

        // Again, on what is there already.
        Assert.Contains("You are visitor number 3.", (await NavarchCommand.RunAsync(Kubeconfig, "demo", "-p", Profile)).Silent(), StringComparison.Ordinal);
    }
}
