using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>Owners of fields as kubectl sees them.</summary>
public sealed class KubectlApplyTests
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
          labels: {app: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - name: web
                image: nginx:1
                ports: [{containerPort: 80}]
        """;

    public static TheoryData<string> Versions => Kubectl.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Applying_on_the_servers_side_meets_conflicts_and_can_be_forced(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        var path = kubectl.Manifest("web.yaml", Manifest);
        Assert.Equal("deployment.apps/web serverside-applied\n", await kubectl.OkAsync("apply", "--server-side", "-f", path));
        var before = await kubectl.OkAsync("get", "deployment", "web", "-o", "jsonpath={.metadata.resourceVersion}");
        await kubectl.OkAsync("apply", "--server-side", "-f", path);
        Assert.Equal(before, await kubectl.OkAsync("get", "deployment", "web", "-o", "jsonpath={.metadata.resourceVersion}"));

        await kubectl.OkAsync("scale", "deployment", "web", "--replicas=5");

        // A program goes by the name of its file.
        var (code, _, error) = await kubectl.RunAsync("apply", "--server-side", "-f", path);
        Assert.Equal(1, code);
        Assert.Contains($"Apply failed with 1 conflict: conflict with \"kubectl.{version}\" with subresource \"scale\" using apps/v1: .spec.replicas", error, StringComparison.Ordinal);
        Assert.Equal("deployment.apps/web serverside-applied\n", await kubectl.OkAsync("apply", "--server-side", "--force-conflicts", "-f", path));
        Assert.Equal("2", await kubectl.OkAsync("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_kubectl_applied_on_its_own_side_goes_over_to_the_servers(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        await kubectl.OkAsync("apply", "-f", kubectl.Manifest("web.yaml", Manifest));
        Assert.Equal("kubectl-client-side-apply", await kubectl.OkAsync("get", "deployment", "web", "--show-managed-fields", "-o", "jsonpath={.metadata.managedFields[*].manager}"));
        Assert.DoesNotContain("managedFields", await kubectl.OkAsync("get", "deployment", "web", "-o", "yaml"), StringComparison.Ordinal);

        await kubectl.OkAsync("apply", "--server-side", "-f", kubectl.Manifest("next.yaml", Manifest.Replace("nginx:1", "nginx:2", StringComparison.Ordinal).Replace("  replicas: 2\n", "", StringComparison.Ordinal)));

        Assert.Equal("nginx:2", await kubectl.OkAsync("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"));
        Assert.Contains("kubectl", await kubectl.OkAsync("get", "deployment", "web", "--show-managed-fields", "-o", "jsonpath={.metadata.managedFields[?(@.operation==\"Apply\")].manager}"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_token_is_made_for_a_service_account(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        await kubectl.OkAsync("create", "serviceaccount", "robot");

        Assert.Equal(3, (await kubectl.OkAsync("create", "token", "robot", "--duration=1h")).Split('.').Length);
    }
}
