namespace Navarch.EndToEnd;

/// <summary>Manifests as people write them on their first day run unmodified.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ManifestTests(ClusterFixture cluster)
{
    [Fact]
    public async Task A_pod_serves_its_page_through_a_service()
    {
        var kubectl = await cluster.NamespaceAsync("static-web");
        (await kubectl.ApplyAsync("static-web.yaml")).Silent();
        (await kubectl.ApplyAsync("my-service.yaml")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/static-web", "--timeout=90s")).Silent();

        var address = (await kubectl.RunAsync("get", "service", "my-service", "-o", "jsonpath={.spec.clusterIP}")).Silent();
        var nodePort = (await kubectl.RunAsync("get", "service", "my-service", "-o", "jsonpath={.spec.ports[0].nodePort}")).Silent();

        Assert.Contains("Welcome to nginx", await FetchAsync($"http://{address}/"), StringComparison.Ordinal);
        Assert.Contains("Welcome to nginx", await FetchAsync($"http://127.0.0.1:{nodePort}/"), StringComparison.Ordinal);
        Assert.Contains("Welcome to nginx", (await kubectl.RunAsync("exec", "static-web", "--", "wget", "-qO-", $"http://{address}/")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_reads_its_configuration_as_files_and_variables()
    {
        var kubectl = await cluster.NamespaceAsync("configmap-pod");
        (await kubectl.ApplyAsync("configmap-pod.yaml")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/configmap-pod", "--timeout=90s")).Silent();

        // Not from the log: what the container printed has no end of line, and runtimes log whole lines.
        Assert.Equal("debug", (await kubectl.RunAsync("exec", "configmap-pod", "--", "cat", "/etc/config/log_level")).Silent());
        Assert.Equal("3", (await kubectl.RunAsync("exec", "configmap-pod", "--", "sh", "-c", "echo $LIVES")).Silent().Trim());
    }

    [Fact]
    public async Task A_deployment_rolls_out_a_new_image_and_back()
    {
        var kubectl = await cluster.NamespaceAsync("web-deployment");
        (await kubectl.ApplyAsync("mysecret.yaml")).Silent();
        (await kubectl.ApplyAsync("web-deployment.yaml")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/static-web", "--timeout=90s")).Silent();
        Assert.Equal("admin", (await kubectl.RunAsync("exec", "deploy/static-web", "--", "sh", "-c", "echo $username")).Succeeded().Trim());

        (await kubectl.RunAsync("set", "image", "deployment/static-web", "web=nginx:1.28")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/static-web", "--timeout=90s")).Silent();
        Assert.Equal("nginx:1.28 nginx:1.28", await ImagesAsync(kubectl));
        var history = (await kubectl.RunAsync("rollout", "history", "deployment/static-web")).Silent();
        Assert.Matches(@"(?m)^1\s", history);
        Assert.Matches(@"(?m)^2\s", history);

        (await kubectl.RunAsync("rollout", "undo", "deployment/static-web")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/static-web", "--timeout=90s")).Silent();
        Assert.Equal("nginx nginx", await ImagesAsync(kubectl));
    }

    [Theory]
    [InlineData("configmap-number.yaml", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string")]
    [InlineData("deployment-without-template.yaml", "unknown field \"spec.containers\"")]
    public async Task What_is_invalid_is_refused_with_upstreams_words(string manifest, string message)
    {
        Needs.Kubectl();
        var kubectl = new Kubectl(Kubectl.Default, cluster.Kubeconfig);

        (await kubectl.ApplyAsync("invalid/" + manifest)).FailedWith(message);
    }

    private static async Task<string> FetchAsync(string address)
    {
        var outcome = await Command.RunAsync("curl", ["--silent", "--show-error", "--noproxy", "*", "--retry", "5", "--retry-connrefused", "--max-time", "10", address]);
        return outcome.Succeeded();
    }

    // Pods that are on their way out do not count.
    private static Task<string> ImagesAsync(Kubectl kubectl) => Wait.UntilAsync(
        "two pods remain",
        () => kubectl.RunAsync("get", "pods", "-o", "jsonpath={.items[*].spec.containers[*].image}"),
        images => images.Split(' ').Length == 2);
}
