using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class PodPluginTests
{
    private const string Accounts = "/api/v1/namespaces/default/serviceaccounts";
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Pod = """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Fact]
    public async Task A_pod_finds_its_token_where_clients_look_for_it()
    {
        await using var server = await AllAsync();
        await server.Admin.PostAsync(Accounts, """{"metadata":{"name":"default"},"imagePullSecrets":[{"name":"registry"}]}""");

        var spec = (await server.Admin.PostAsync(Pods, Pod.Replace("\"spec\":{", "\"spec\":{\"initContainers\":[{\"name\":\"i\",\"image\":\"i\"}],", StringComparison.Ordinal))).Json["spec"]!;

        var volume = Assert.Single(spec["volumes"]!.AsArray())!;
        var name = (string)volume["name"]!;
        Assert.Matches("^kube-api-access-[a-z0-9]{5}$", name);
        Assert.Equal(
            """{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}""",
            volume["projected"]!.ToJsonString());
        foreach (var container in (string[])["initContainers", "containers"])
        {
            var mount = Assert.Single(spec[container]![0]!["volumeMounts"]!.AsArray())!;
            Assert.Equal((name, true, "/var/run/secrets/kubernetes.io/serviceaccount"), ((string)mount["name"]!, (bool)mount["readOnly"]!, (string)mount["mountPath"]!));
        }

        Assert.Equal(("default", "default", "registry"), ((string)spec["serviceAccountName"]!, (string)spec["serviceAccount"]!, (string)spec["imagePullSecrets"]![0]!["name"]!));
    }

    [Theory]
    [InlineData("false", "null", 0)]
    [InlineData("true", "false", 1)]
    [InlineData("null", "false", 0)]
    [InlineData("null", "null", 1)]
    public async Task The_pod_says_whether_it_wants_a_token_and_else_its_account(string ofPod, string ofAccount, int volumes)
    {
        await using var server = await AllAsync();
        await server.Admin.PostAsync(Accounts, $$$"""{"metadata":{"name":"robot"},"automountServiceAccountToken":{{{ofAccount}}}}""");

        var pod = await server.Admin.PostAsync(Pods, Pod.Replace("\"spec\":{", $"\"spec\":{{\"serviceAccountName\":\"robot\",\"automountServiceAccountToken\":{ofPod},", StringComparison.Ordinal));

        Assert.Equal(volumes, pod.Json["spec"]!["volumes"]?.AsArray().Count ?? 0);
    }

    [Fact]
    public async Task There_is_no_pod_without_an_account()
    {
        await using var server = await AllAsync();

        var answer = await server.Admin.PostAsync(Pods, Pod.Replace("\"spec\":{", "\"spec\":{\"serviceAccountName\":\"robot\",", StringComparison.Ordinal));

        Assert.Equal((403, "pods \"a\" is forbidden: error looking up service account default/robot: serviceaccount \"robot\" not found"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task The_first_pod_of_a_namespace_waits_for_its_account()
    {
        await using var server = await AllAsync();

        var pod = server.Admin.PostAsync(Pods, Pod);
        await server.Admin.PostAsync(Accounts, """{"metadata":{"name":"default"}}""");

        Assert.Equal(201, (await pod).Code);
    }

    [Theory]
    [InlineData("\"serviceAccountName\":\"default\",", "a mirror pod may not reference service accounts")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"secret\":{\"secretName\":\"s\"}}],", "a mirror pod may not reference secrets")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"projected\":{\"sources\":[{\"serviceAccountToken\":{\"path\":\"t\"}}]}}],", "a mirror pod may not use ServiceAccountToken volume projections")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"csi\":{\"driver\":\"d.io\",\"nodePublishSecretRef\":{\"name\":\"s\"}}}],", "a mirror pod may not reference secrets")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"azureFile\":{\"shareName\":\"a\",\"secretName\":\"s\"}}],", "a mirror pod may not reference secrets")]
    [InlineData("", "")]
    public async Task What_a_node_runs_of_itself_has_no_account(string says, string problem)
    {
        await using var server = await AllAsync();
        var mirror = Pod.Replace("\"spec\":{", "\"spec\":{\"nodeName\":\"n\"," + says, StringComparison.Ordinal)
            .Replace("\"name\":\"a\"", "\"name\":\"a\",\"annotations\":{\"kubernetes.io/config.mirror\":\"x\"}", StringComparison.Ordinal);

        var answer = await server.Admin.PostAsync(Pods, mirror);

        Assert.Equal(problem.Length == 0 ? "" : $"pods \"a\" is forbidden: {problem}", answer.Code == 201 ? "" : answer.Message);
    }

    [Fact]
    public async Task Pods_refer_to_no_secrets_but_those_of_their_account_where_that_says_so()
    {
        await using var server = await AllAsync();
        await server.Admin.PostAsync(Accounts, """{"metadata":{"name":"default","annotations":{"kubernetes.io/enforce-mountable-secrets":"true"}},"secrets":[{"name":"mine"}],"imagePullSecrets":[{"name":"registry"}]}""");
        foreach (var (spec, problem) in ((string, string)[])
        [
            (""" "volumes":[{"name":"v","secret":{"secretName":"S"}}],"containers":[{"name":"c","image":"i"}]""", "volume with secret.secretName=\"other\""),
            (""" "volumes":[{"name":"v","projected":{"sources":[{"secret":{"name":"S"}}]}}],"containers":[{"name":"c","image":"i"}]""", "volume with secret.secretName=\"other\""),
            (""" "initContainers":[{"name":"d","image":"i","env":[{"name":"E","valueFrom":{"secretKeyRef":{"name":"S","key":"k"}}}]}],"containers":[{"name":"c","image":"i"}]""", "init container d with envVar E referencing secret.secretName=\"other\""),
            (""" "containers":[{"name":"c","image":"i","envFrom":[{"secretRef":{"name":"S"}}]}]""", "container c with envFrom referencing secret.secretName=\"other\""),
        ])
        {
            string Body(string secret) => $$$"""{"metadata":{"generateName":"a-"},"spec":{{{{spec.Replace("\"S\"", $"\"{secret}\"", StringComparison.Ordinal)}}}}}""";

            Assert.Equal(201, (await server.Admin.PostAsync(Pods, Body("mine"))).Code);
            Assert.EndsWith($" is forbidden: {problem} is not allowed because service account default does not reference that secret", (await server.Admin.PostAsync(Pods, Body("other"))).Message);
        }

        Assert.EndsWith(
            "imagePullSecrets[0].name=\"other\" is not allowed because service account default does not reference that imagePullSecret",
            (await server.Admin.PostAsync(Pods, """{"metadata":{"name":"p"},"spec":{"imagePullSecrets":[{"name":"other"}],"containers":[{"name":"c","image":"i"}]}}""")).Message);
        Assert.Equal(201, (await server.Admin.PostAsync(Pods, Pod)).Code);
        Assert.Equal(403, (await server.Admin.PatchAsync($"{Pods}/a/ephemeralcontainers", "strategic-merge-patch+json", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i","envFrom":[{"secretRef":{"name":"other"}}]}]}}""")).Code);
        Assert.Equal(200, (await server.Admin.PatchAsync($"{Pods}/a/ephemeralcontainers", "strategic-merge-patch+json", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i","envFrom":[{"secretRef":{"name":"mine"}}]}]}}""")).Code);
    }

    [Fact]
    public async Task Images_are_pulled_always_where_that_is_asked_for()
    {
        await using var server = await TestServer.StartAsync(config => config with { Admission = TestServer.WithoutControllers with { Enabled = ["AlwaysPullImages"] } });

        var pod = await server.Admin.PostAsync(Pods, Pod.Replace("\"image\":\"i\"", "\"image\":\"i:1\",\"imagePullPolicy\":\"Never\"", StringComparison.Ordinal));

        Assert.Equal("Always", (string)pod.Json["spec"]!["containers"]![0]!["imagePullPolicy"]!);
    }

    [Fact]
    public async Task A_plugin_nobody_knows_is_not_taken_for_one()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => TestServer.StartAsync(config => config with { Admission = new AdmissionConfig { Enabled = ["LimitRangr"] } }));

        Assert.StartsWith("\"LimitRangr\" is no admission plugin.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_brings_its_overhead_and_its_nodes()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", """
            {"metadata":{"name":"vm"},"handler":"vm","overhead":{"podFixed":{"cpu":"250m"}},"scheduling":{"nodeSelector":{"vm":"yes"},"tolerations":[{"key":"vm","operator":"Exists"}]}}
            """);
        var wanted = Pod.Replace("\"spec\":{", "\"spec\":{\"runtimeClassName\":\"vm\",", StringComparison.Ordinal);

        var spec = (await server.Admin.PostAsync(Pods, wanted)).Json["spec"]!;
        Assert.Equal(("250m", "yes"), ((string)spec["overhead"]!["cpu"]!, (string)spec["nodeSelector"]!["vm"]!));
        Assert.Contains("vm", spec["tolerations"]!.AsArray().Select(static one => (string)one!["key"]!));

        Assert.Equal("pods \"a\" is forbidden: pod rejected: RuntimeClass \"nope\" not found", await MessageAsync(wanted.Replace("\"vm\"", "\"nope\"", StringComparison.Ordinal)));
        Assert.Equal(
            "pods \"a\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no",
            await MessageAsync(wanted.Replace("\"spec\":{", "\"spec\":{\"nodeSelector\":{\"vm\":\"no\"},", StringComparison.Ordinal)));
        Assert.Equal(
            "pods \"a\" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
            await MessageAsync(Pod.Replace("\"spec\":{", "\"spec\":{\"overhead\":{\"cpu\":\"1\"},", StringComparison.Ordinal)));

        async Task<string> MessageAsync(string pod) => (await server.Admin.PostAsync(Pods, pod)).Message;
    }

    private static Task<TestServer> AllAsync() => TestServer.StartAsync(static config => config with { Admission = AdmissionConfig.Default });
}
