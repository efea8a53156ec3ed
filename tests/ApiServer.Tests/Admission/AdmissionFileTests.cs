using Navarch.ApiServer.Admission;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

public sealed class AdmissionFileTests : IDisposable
{
    private const string Head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n";
    private const string Settings = "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\ndefaults: {enforce: baseline, enforce-version: v1.30, warn: restricted}\nexemptions: {namespaces: [kube-system], usernames: [trusted], runtimeClasses: [sandbox]}\n";

    private readonly string folder = Directory.CreateTempSubdirectory("navarch-admission-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Pods_are_held_to_what_the_file_says_where_their_namespace_says_nothing()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "pods.yaml"), Settings, TestContext.Current.CancellationToken);
        var file = await FileAsync("plugins: [{name: PodSecurity, path: pods.yaml}]");
        await using var server = await TestServer.StartAsync(config => config with { Admission = TestServer.WithoutControllers with { ConfigFile = file } });
        var trusted = server.ClientOf(server.Authority.Client("trusted", "system:masters"));
        await server.Admin.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"sandbox"},"handler":"h"}""");
        await server.Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"free","labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}""");

        var refused = await PodAsync(server.Admin, "default");
        Assert.StartsWith("pods \"a\" is forbidden: violates PodSecurity \"baseline:v1.30\": host namespaces (hostPID=true)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("would violate PodSecurity \\\"restricted:latest\\\"", Assert.Single((await PodAsync(server.Admin, "free")).Warnings), StringComparison.Ordinal);
        Assert.Equal((201, 0), (await PodAsync(server.Admin, "kube-system") is var inSystem ? (inSystem.Code, inSystem.Warnings.Count) : default));
        Assert.Equal((201, 0), (await PodAsync(trusted, "default") is var byTrusted ? (byTrusted.Code, byTrusted.Warnings.Count) : default));
        await server.Admin.RemoveAsync("/api/v1/namespaces/default/pods/a");
        Assert.Equal(201, (await PodAsync(server.Admin, "default", "\"runtimeClassName\":\"sandbox\",")).Code);
    }

    [Fact]
    public async Task What_is_limited_needs_a_quota_that_counts_it()
    {
        var file = await FileAsync("""
            plugins:
            - name: ResourceQuota
              configuration:
                apiVersion: apiserver.config.k8s.io/v1
                kind: ResourceQuotaConfiguration
                limitedResources:
                - {resource: pods, matchScopes: [{scopeName: PriorityClass, operator: In, values: [system-node-critical, system-cluster-critical]}]}
                - {resource: persistentvolumeclaims, matchContains: [gold.storageclass.storage.k8s.io/requests.storage]}
            """);
        await using var server = await TestServer.StartAsync(config => config with { Admission = TestServer.WithoutControllers with { ConfigFile = file } });
        const string Critical = """{"metadata":{"name":"a"},"spec":{"priorityClassName":"system-node-critical","containers":[{"name":"c","image":"i"}]}}""";
        const string Claim = """{"metadata":{"name":"a"},"spec":{"storageClassName":"CLASS","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""";
        const string Space = "/api/v1/namespaces/default/";

        Assert.Equal(
            "pods \"a\" is forbidden: insufficient quota to match these scopes: [{PriorityClass In [system-node-critical system-cluster-critical]}]", (await server.Admin.PostAsync(Space + "pods", Critical)).Message);
        Assert.Equal(201, (await server.Admin.PostAsync(Space + "pods", Critical.Replace("\"priorityClassName\":\"system-node-critical\",", "", StringComparison.Ordinal).Replace("\"a\"", "\"b\"", StringComparison.Ordinal))).Code);
        Assert.Equal(
            "persistentvolumeclaims \"a\" is forbidden: insufficient quota to consume: gold.storageclass.storage.k8s.io/requests.storage",
            (await server.Admin.PostAsync(Space + "persistentvolumeclaims", Claim.Replace("CLASS", "gold", StringComparison.Ordinal))).Message);
        Assert.Equal(201, (await server.Admin.PostAsync(Space + "persistentvolumeclaims", Claim.Replace("CLASS", "lead", StringComparison.Ordinal))).Code);

        await QuotaAsync("q", """{"hard":{"pods":"1"},"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"Exists"}]}}""", """{"hard":{"pods":"1"},"used":{"pods":"0"}}""");
        await QuotaAsync("r", """{"hard":{"gold.storageclass.storage.k8s.io/requests.storage":"5Gi"}}""", """{"hard":{"gold.storageclass.storage.k8s.io/requests.storage":"5Gi"},"used":{"gold.storageclass.storage.k8s.io/requests.storage":"0"}}""");
        Assert.Equal(201, (await server.Admin.PostAsync(Space + "pods", Critical)).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Space + "persistentvolumeclaims", Claim.Replace("CLASS", "gold", StringComparison.Ordinal).Replace("\"a\"", "\"b\"", StringComparison.Ordinal))).Code);

        async Task QuotaAsync(string name, string spec, string status)
        {
            Assert.Equal(201, (await server.Admin.PostAsync(Space + "resourcequotas", $$"""{"metadata":{"name":"{{name}}"},"spec":{{spec}} }""")).Code);
            Assert.Equal(200, (await server.Admin.PatchAsync($"{Space}resourcequotas/{name}/status", "merge-patch+json", $$"""{"status":{{status}} }""")).Code);
        }
    }

    [Theory]
    [InlineData("plugins: [{name: ImagePolicyWebhook, configuration: {}}]", "plugins[0].name: nothing can be configured of \"ImagePolicyWebhook\", only of EventRateLimit, PodNodeSelector, PodSecurity, PodTolerationRestriction and ResourceQuota")]
    [InlineData("plugins: [{name: PodSecurity, configuration: {apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, defaults: {enforce: strict}}}]", "plugins[0].configuration.defaults.enforce: \"strict\", \"\" is no level and version")]
    [InlineData("plugins: [{name: PodSecurity, configuration: {apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, defaults: {enforced: baseline}}}]", "plugins[0].configuration.defaults.enforced: unknown field")]
    [InlineData("plugins: [{name: PodSecurity, configuration: {kind: X}}]", "plugins[0].configuration: it must have apiVersion pod-security.admission.config.k8s.io/v1 and kind PodSecurityConfiguration")]
    [InlineData("plugin: []", "plugin: unknown field")]
    public async Task A_file_that_cannot_be_understood_is_refused_with_the_place(string text, string problem)
    {
        var file = await FileAsync(text);

        Assert.StartsWith($"{file} is no configuration of admission: {problem}", Assert.Throws<InvalidDataException>(() => AdmissionFile.Load(file)).Message, StringComparison.Ordinal);
    }

    private static Task<Answer> PodAsync(HttpClient client, string ns, string more = "") =>
        client.PostAsync($"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"a"},"spec":{MORE"hostPID":true,"containers":[{"name":"c","image":"i"}]}}""".Replace("MORE", more, StringComparison.Ordinal));

    private async Task<string> FileAsync(string text)
    {
        var path = Path.Combine(folder, "admission.yaml");
        await File.WriteAllTextAsync(path, Head + text, TestContext.Current.CancellationToken);
        return path;
    }
}
