using Navarch.ApiServer.Tests.Discovery;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>What kubectl does with every kind, without knowing it.</summary>
public sealed class KubectlKindsTests
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

    public static TheoryData<string> Versions => Kubectl.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_kind_is_listed_and_explained(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        var names = ExpectedTable.Rows("Served")
            .Where(static row => row[8].Contains("list", StringComparison.Ordinal))
            .Select(static row => row[0].Length == 0 ? row[2] : $"{row[2]}.{row[1]}.{row[0]}");
        var (code, _, error) = await kubectl.RunAsync("get", string.Join(',', names), "--all-namespaces");
        Assert.True(code == 0, error);

        foreach (var name in new[] { "customresourcedefinitions", "flowschemas", "resourceslices", "validatingadmissionpolicies", "certificatesigningrequests", "apiservices" })
        {
            Assert.Contains("FIELD", await kubectl.OkAsync("explain", name, "--recursive"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_definition_is_applied_with_strict_validation(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        var file = kubectl.Manifest("widgets.yaml", Definition);

        Assert.Equal("customresourcedefinition.apiextensions.k8s.io/widgets.example.com created\n", await kubectl.OkAsync("apply", "--validate=strict", "-f", file));
        kubectl.Manifest("widgets.yaml", Definition.Replace("[1, 2]", "[1, 2, 3]", StringComparison.Ordinal));
        Assert.Equal("customresourcedefinition.apiextensions.k8s.io/widgets.example.com configured\n", await kubectl.OkAsync("apply", "--validate=strict", "-f", file));
        Assert.Equal("[1,2,3]", await kubectl.OkAsync("get", "crd", "widgets.example.com", "-o", "jsonpath={.spec.versions[0].schema.openAPIV3Schema.properties.sizes.items.enum}"));
        Assert.Contains("serverside-applied", await kubectl.OkAsync("apply", "--server-side", "--force-conflicts", "-f", file), StringComparison.Ordinal);
    }
}
