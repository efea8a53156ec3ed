using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>What only a real client can prove: that it accepts our documents, and that its patches mean what it means.</summary>
public sealed class KubectlTests
{
    private const string Deployment = """
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
                env: [{name: A, value: "1"}, {name: B, value: "2"}]
                ports: [{containerPort: 80}]
        """;

    public static TheoryData<string> Versions => Kubectl.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Apply_changes_what_changed_in_the_manifest(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        Assert.Equal("deployment.apps/web created\n", await kubectl.OkAsync("apply", "-f", kubectl.Manifest("web.yaml", Deployment)));
        Assert.Equal("deployment.apps/web unchanged\n", await kubectl.OkAsync("apply", "-f", kubectl.Manifest("web.yaml", Deployment)));
        await kubectl.OkAsync("set", "env", "deployment/web", "INJECTED=x");

        var changed = Deployment.Replace("nginx:1", "nginx:2", StringComparison.Ordinal)
            .Replace("[{name: A, value: \"1\"}, {name: B, value: \"2\"}]", "[{name: C, value: \"3\"}, {name: A, value: \"1\"}]", StringComparison.Ordinal)
            .Replace("replicas: 2", "strategy: {type: Recreate}", StringComparison.Ordinal);
        var (code, diff, _) = await kubectl.RunAsync("diff", "-f", kubectl.Manifest("web.yaml", changed));
        Assert.Equal((1, true), (code, diff.Contains("+        image: nginx:2", StringComparison.Ordinal)));
        Assert.Equal("deployment.apps/web configured\n", await kubectl.OkAsync("apply", "-f", kubectl.Manifest("web.yaml", changed)));

        Assert.Equal(
            "Recreate nginx:2 C,A,INJECTED 1",
            await kubectl.OkAsync("get", "deployment", "web", "-o", "jsonpath={.spec.strategy.type} {.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[0].name},{.spec.template.spec.containers[0].env[1].name},{.spec.template.spec.containers[0].env[2].name} {.spec.replicas}"));
        Assert.Equal((0, ""), await kubectl.RunAsync("diff", "-f", kubectl.Manifest("web.yaml", changed)) is var (same, text, _) ? (same, text) : default);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Explain_knows_types_and_fields(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);

        Assert.Contains("FIELDS:", await kubectl.OkAsync("explain", "pods"), StringComparison.Ordinal);
        Assert.Contains("image", await kubectl.OkAsync("explain", "deployments.spec.template.spec.containers"), StringComparison.Ordinal);
        Assert.Contains("restartPolicy", await kubectl.OkAsync("explain", "pods", "--recursive"), StringComparison.Ordinal);
        Assert.Contains("VERSION:", await kubectl.OkAsync("explain", "services.spec.ports"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Bad_manifests_are_refused_with_the_words_people_know(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        var unknown = kubectl.Manifest("unknown.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: static-web}
            spec: {replicas: 2, containers: [{name: web, image: nginx}]}
            """);

        var strict = await kubectl.RunAsync("apply", "-f", unknown);
        Assert.Equal(1, strict.Code);
        Assert.Contains("strict decoding error: unknown field \"spec.containers\"", strict.Error, StringComparison.Ordinal);

        var invalid = await kubectl.RunAsync("create", "--validate=false", "-f", unknown);
        Assert.Equal(
            """
            The Deployment "static-web" is invalid: 
            * spec.selector: Required value
            * spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`
            * spec.template.spec.containers: Required value

            """,
            invalid.Error);

        var number = await kubectl.RunAsync("create", "-f", kubectl.Manifest("number.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: game-config}\ndata: {lives: 3}\n"));
        Assert.Contains("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string", number.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Everyday_commands_need_no_more_than_the_api(string version)
    {
        await using var server = await TestServer.StartAsync();
        var kubectl = new Kubectl(server, version);
        await kubectl.OkAsync("create", "deployment", "web", "--image=nginx:1", "--port=80");
        await kubectl.OkAsync("expose", "deployment", "web", "--port=80");
        await kubectl.OkAsync("scale", "deployment", "web", "--replicas=3");
        await kubectl.OkAsync("label", "deployment", "web", "tier=front");
        await kubectl.OkAsync("annotate", "deployment", "web", "note=x");
        await kubectl.OkAsync("patch", "deployment", "web", "-p", """{"spec":{"template":{"spec":{"containers":[{"name":"nginx","imagePullPolicy":"Never"}]}}}}""");
        await kubectl.OkAsync("patch", "deployment", "web", "--type=json", "-p", """[{"op":"add","path":"/metadata/labels/x","value":"y"}]""");
        await kubectl.OkAsync("create", "configmap", "c", "--from-literal=a=b");
        await kubectl.OkAsync("create", "secret", "generic", "s", "--from-literal=a=b");

        Assert.Equal("3 front x y Never", await kubectl.OkAsync("get", "deployment", "web", "-o", "jsonpath={.spec.replicas} {.metadata.labels.tier} {.metadata.annotations.note} {.metadata.labels.x} {.spec.template.spec.containers[0].imagePullPolicy}"));
        Assert.Contains("web    0/3     0            0", await kubectl.OkAsync("get", "deployments"), StringComparison.Ordinal);
        var (_, service, warning) = await kubectl.RunAsync("describe", "service", "web"); // Up to 1.30 it reads Endpoints.
        Assert.Matches(@"Selector: +app=web", service);
        Assert.True(warning is "" or "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n", warning);
        Assert.Contains("deployments", await kubectl.OkAsync("api-resources"), StringComparison.Ordinal);
        Assert.Equal("service \"web\" deleted\n", (await kubectl.OkAsync("delete", "service", "web")).Replace(" from default namespace", "", StringComparison.Ordinal));
    }
}
