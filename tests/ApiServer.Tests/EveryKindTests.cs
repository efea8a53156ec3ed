using Navarch.ApiServer.Tests.Discovery;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>What people do with objects works with an object of every kind, in every kubectl.</summary>
public sealed class EveryKindTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: widgets.example.com
        spec:
          group: example.com
          scope: Namespaced
          names:
            plural: widgets
            kind: Widget
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    additionalProperties:
                      type: string
                  sizes:
                    type: array
                    default: [1]
                    items:
                      type: integer
                      enum: [1, 2]
        """;

    private static readonly string Manifests = Path.Combine(AppContext.BaseDirectory, "manifests", "every-kind.yaml");

    // Upstream says so, too.
    private static readonly string[] Deprecations = ["Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice", "Warning: v1 ComponentStatus is deprecated in v1.19+"];

    // These kubectls ask for their beta to describe them, which v1.36 does not serve.
    private static readonly string[] YoungKinds = ["IPAddress", "ServiceCIDR", "VolumeAttributesClass"];

    public static TheoryData<string> Versions => Kubectl.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Objects_of_all_kinds_are_applied_shown_changed_and_deleted(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        var count = File.ReadLines(Manifests).Count(static line => line.StartsWith("kind:", StringComparison.Ordinal));

        Assert.All(await LinesAsync(kubectl, count, "apply", "--validate=strict", "-f", Manifests), static line => Assert.EndsWith(" created", line));
        var versions = await RunAsync(kubectl, "get", "-f", Manifests, "-o", "jsonpath={.items[*].metadata.resourceVersion}");

        // kubectl compares lists without keys by what the server has filled in: for two kinds it sends what changes nothing.
        Assert.All(
            await LinesAsync(kubectl, count, "apply", "-f", Manifests),
            static line => Assert.EndsWith(line.StartsWith("pod/", StringComparison.Ordinal) || line.StartsWith("statefulset.", StringComparison.Ordinal) ? " configured" : " unchanged", line));
        Assert.Equal(versions, await RunAsync(kubectl, "get", "-f", Manifests, "-o", "jsonpath={.items[*].metadata.resourceVersion}"));
        await RunAsync(kubectl, "diff", "-f", Manifests);
        Assert.All(await LinesAsync(kubectl, count, "apply", "--server-side", "--force-conflicts", "-f", Manifests), static line => Assert.EndsWith(" serverside-applied", line));

        await LinesAsync(kubectl, count, "get", "-f", Manifests, "-o", "name");
        foreach (var form in (string[])["wide", "yaml", "json"])
        {
            await RunAsync(kubectl, "get", "-f", Manifests, "-o", form);
        }

        var described = (await File.ReadAllTextAsync(Manifests, TestContext.Current.CancellationToken)).Split("\n---\n")
            .Where(static document => !YoungKinds.Any(kind => document.Contains($"kind: {kind}\n", StringComparison.Ordinal)));
        await RunAsync(kubectl, "describe", "-f", kubectl.Manifest("described.yaml", string.Join("\n---\n", described)));
        Assert.All(await LinesAsync(kubectl, count, "label", "-f", Manifests, "tried=yes"), static line => Assert.EndsWith(" labeled", line));
        Assert.All(await LinesAsync(kubectl, count, "annotate", "-f", Manifests, "tried=yes"), static line => Assert.Contains(" annotate", line, StringComparison.Ordinal));
        Assert.All(
            await LinesAsync(kubectl, count, "patch", "-f", Manifests, "-p", """{"metadata":{"labels":{"tried":null}}}"""),
            static line => Assert.EndsWith(" patched", line));
        await LinesAsync(kubectl, count, "delete", "--wait=false", "-f", Manifests);
        await ListAndExplainAsync(kubectl);
        await ChangeDefinitionAsync(kubectl);
    }

    [Fact]
    public async Task All_kinds_are_listed_and_explained_to_the_last_field()
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, Versions.Last().Data);

        var names = (await RunAsync(kubectl, "api-resources", "-o", "name", "--verbs=get")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(names.Length > 55, $"only {names.Length} kinds");
        foreach (var name in names)
        {
            await RunAsync(kubectl, "get", name, "-A");

            // kubectl takes what follows the first dot of this one for fields of the other Event.
            string[] explained = name == "events.events.k8s.io" ? ["events", "--api-version=events.k8s.io/v1"] : [name];
            Assert.Contains("FIELDS:", await RunAsync(kubectl, ["explain", "--recursive", .. explained]), StringComparison.Ordinal);
        }
    }

    private static async Task ListAndExplainAsync(Kubectl kubectl)
    {
        var names = ExpectedTable.Rows("Served")
            .Where(static row => row[8].Contains("list", StringComparison.Ordinal))
            .Select(static row => row[0].Length == 0 ? row[2] : $"{row[2]}.{row[1]}.{row[0]}");
        await RunAsync(kubectl, "get", string.Join(',', names), "--all-namespaces");
        foreach (var name in (string[])["customresourcedefinitions", "flowschemas", "certificatesigningrequests"])
        {
            Assert.Contains("FIELD", await kubectl.OkAsync("explain", name, "--recursive"), StringComparison.Ordinal);
        }
    }

    /// <summary>A schema of schemas is the hardest there is to compare and to merge.</summary>
    private static async Task ChangeDefinitionAsync(Kubectl kubectl)
    {
        var file = kubectl.Manifest("widgets.yaml", Definition);
        Assert.Equal("customresourcedefinition.apiextensions.k8s.io/widgets.example.com created\n", await kubectl.OkAsync("apply", "--validate=strict", "-f", file));
        kubectl.Manifest("widgets.yaml", Definition.Replace("[1, 2]", "[1, 2, 3]", StringComparison.Ordinal));
        Assert.Equal("customresourcedefinition.apiextensions.k8s.io/widgets.example.com configured\n", await kubectl.OkAsync("apply", "--validate=strict", "-f", file));
        Assert.Equal("[1,2,3]", await kubectl.OkAsync("get", "crd", "widgets.example.com", "-o", "jsonpath={.spec.versions[0].schema.openAPIV3Schema.properties.sizes.items.enum}"));
        Assert.Contains("serverside-applied", await kubectl.OkAsync("apply", "--server-side", "--force-conflicts", "-f", file), StringComparison.Ordinal);
    }

    private static async Task<string[]> LinesAsync(Kubectl kubectl, int count, params string[] arguments)
    {
        var lines = (await RunAsync(kubectl, arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == count, $"kubectl {string.Join(' ', arguments)} told of {lines.Length} objects, not {count}:\n{string.Join('\n', lines)}");
        return lines;
    }

    private static async Task<string> RunAsync(Kubectl kubectl, params string[] arguments)
    {
        var (code, output, error) = await kubectl.RunAsync(arguments);
        var warnings = error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(Deprecations).Where(static line => line != "No resources found").ToArray();
        Assert.True(code == 0 && warnings.Length == 0, $"kubectl {string.Join(' ', arguments)}: {code}\n{error}\n{output}");
        return output;
    }
}
