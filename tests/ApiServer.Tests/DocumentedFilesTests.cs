using Navarch.ApiServer.Authentication.Oidc;
using Navarch.ApiServer.Authorization;

namespace Navarch.ApiServer.Tests;

public sealed class DocumentedFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("navarch-documented-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_file_of_issuers_that_the_documentation_shows_can_be_used()
    {
        var file = AuthenticationFile.Load(Shown("AuthenticationConfiguration"), []);

        Assert.Equal("https://login.example.com", Assert.Single(file.Issuers).Url);
        Assert.Equal(["/version"], file.Anonymous!.Paths);
    }

    [Fact]
    public void The_file_of_authorizers_that_the_documentation_shows_can_be_used()
    {
        var kubeconfig = Path.Combine(folder, "payments.conf");
        File.WriteAllText(kubeconfig, "");

        var file = AuthorizationFile.Load(Shown("AuthorizationConfiguration", text => text.Replace("/etc/navarch/payments.conf", kubeconfig, StringComparison.Ordinal)));

        Assert.Equal(["node", "payments", "rbac"], file.Authorizers.Select(static authorizer => authorizer.Name));
    }

    /// <summary>A file with the example of a kind.</summary>
    private string Shown(string kind, Func<string, string>? change = null)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Navarch.slnx")))
        {
            root = root.Parent;
        }

        var example = File.ReadAllText(Path.Combine(root.FullName, "docs", "access.md")).Split("```").Single(block => block.StartsWith("yaml\n", StringComparison.Ordinal) && block.Contains($"kind: {kind}\n", StringComparison.Ordinal));
        var path = Path.Combine(folder, kind + ".yaml");
        File.WriteAllText(path, (change ?? (static text => text))(example["yaml\n".Length..]));
        return path;
    }
}
