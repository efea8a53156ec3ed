using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Discovery;

public sealed class OpenApiTests
{
    /// <summary>kubectl looks at the first PATCH that bears a kind's name, whichever that is, to learn whether the server checks fields.</summary>
    [Fact]
    public async Task Every_patch_that_bears_a_kinds_name_takes_fieldValidation()
    {
        await using var server = await TestServer.StartAsync();
        var index = (await server.Admin.AskAsync("/openapi/v3")).Json["paths"]!.AsObject();
        var patches = 0;

        foreach (var (_, group) in index)
        {
            var paths = (await server.Admin.AskAsync((string)group!["serverRelativeURL"]!)).Json["paths"]!.AsObject();
            foreach (var (path, item) in paths)
            {
                if (item!["patch"] is not { } patch || ((string)patch["x-kubernetes-group-version-kind"]!["kind"]!).EndsWith("Options", StringComparison.Ordinal))
                {
                    continue;
                }

                patches++;
                Assert.True(patch["parameters"]?.AsArray().Any(static parameter => (string)parameter!["name"]! == "fieldValidation"), path);
            }
        }

        Assert.True(patches > 80, $"only {patches}");
    }

    [Theory]
    [InlineData("/api/v1/namespaces/{namespace}/pods/{name}/proxy", "PodProxyOptions")]
    [InlineData("/api/v1/namespaces/{namespace}/pods/{name}/exec", "PodExecOptions")]
    [InlineData("/api/v1/nodes/{name}/proxy", "NodeProxyOptions")]
    public async Task A_connection_bears_the_name_of_its_options(string path, string kind)
    {
        await using var server = await TestServer.StartAsync();

        var operation = (await server.Admin.AskAsync("/openapi/v3/api/v1")).Json["paths"]![path]!["get"]!;

        Assert.Equal(kind, (string)operation["x-kubernetes-group-version-kind"]!["kind"]!);
    }
}
