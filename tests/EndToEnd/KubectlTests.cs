namespace Navarch.EndToEnd;

/// <summary>The everyday commands of kubectl, in every version that is there: none fails and none warns.</summary>
[Collection(ClusterCollection.Name)]
public sealed class KubectlTests(ClusterFixture cluster)
{
    // xUnit wants data of its own for each case: the version is what distinguishes them.
    public static TheoryData<string> Versions => Kubectl.Programs.Count > 0 ? [.. Kubectl.Programs.Select(program => Path.GetFileName(program))] : ["kubectl"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Objects_are_made_read_changed_and_deleted(string version)
    {
        var kubectl = await NamespaceAsync("objects", version);
        (await kubectl.RunAsync("create", "configmap", "settings", "--from-literal=color=blue")).Silent();
        Assert.Contains("settings", (await kubectl.RunAsync("get", "configmaps")).Silent(), StringComparison.Ordinal);
        Assert.Equal("blue", (await kubectl.RunAsync("get", "configmap", "settings", "-o", "jsonpath={.data.color}")).Silent());
        Assert.Contains("color: blue", (await kubectl.RunAsync("get", "configmap", "settings", "-o", "yaml")).Silent(), StringComparison.Ordinal);
        Assert.Contains("\"color\": \"blue\"", (await kubectl.RunAsync("get", "configmap", "settings", "-o", "json")).Silent(), StringComparison.Ordinal);
        Assert.Contains("blue", (await kubectl.RunAsync("get", "configmaps", "-o", "custom-columns=NAME:.metadata.name,COLOR:.data.color")).Silent(), StringComparison.Ordinal);
        Assert.Contains("color", (await kubectl.RunAsync("describe", "configmap", "settings")).Silent(), StringComparison.Ordinal);

        (await kubectl.RunAsync("patch", "configmap", "settings", "--type=merge", "-p", """{"data":{"color":"red"}}""")).Silent();
        (await kubectl.RunAsync("patch", "configmap", "settings", "--type=json", "-p", """[{"op":"add","path":"/data/size","value":"xl"}]""")).Silent();
        (await kubectl.RunAsync("patch", "configmap", "settings", "-p", """{"data":{"shape":"round"}}""")).Silent();
        (await kubectl.RunAsync("label", "configmap", "settings", "team=blue")).Silent();
        (await kubectl.RunAsync("annotate", "configmap", "settings", "note=hello")).Silent();
        Assert.Equal("red xl round blue hello", (await kubectl.RunAsync(
            "get", "configmap", "settings", "-o", "jsonpath={.data.color} {.data.size} {.data.shape} {.metadata.labels.team} {.metadata.annotations.note}")).Silent());
        Assert.Contains("settings", (await kubectl.RunAsync("get", "configmaps", "-l", "team=blue", "-o", "name")).Silent(), StringComparison.Ordinal);

        var edit = await Command.RunAsync(
            kubectl.Program,
            ["--namespace", kubectl.Namespace, "edit", "configmap", "settings"],
            new Dictionary<string, string>(kubectl.Environment) { ["KUBE_EDITOR"] = "sed -i s/red/green/" });
        Assert.Contains("edited", edit.Silent(), StringComparison.Ordinal);
        Assert.Equal("green", (await kubectl.RunAsync("get", "configmap", "settings", "-o", "jsonpath={.data.color}")).Silent());

        (await kubectl.RunAsync("delete", "configmap", "settings")).Silent();
        Assert.Contains("NotFound", (await kubectl.RunAsync("get", "configmap", "settings")).Failed(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Apply_and_diff_agree(string version)
    {
        var kubectl = await NamespaceAsync("apply", version);
        Assert.Contains("created", (await kubectl.ApplyAsync("mysecret.yaml")).Silent(), StringComparison.Ordinal);
        Assert.Contains("unchanged", (await kubectl.ApplyAsync("mysecret.yaml")).Silent(), StringComparison.Ordinal);
        Assert.Equal("", (await kubectl.RunAsync("diff", "-f", Kubectl.Manifest("mysecret.yaml"))).Silent());

        var changed = File.ReadAllText(Kubectl.Manifest("mysecret.yaml")).Replace("YWRtaW4=", "cm9vdA==", StringComparison.Ordinal);
        var diff = await kubectl.WithInputAsync(changed, "diff", "-f", "-");
        Assert.Equal(1, diff.ExitCode);
        Assert.Contains("configured", (await kubectl.WithInputAsync(changed, "apply", "-f", "-")).Silent(), StringComparison.Ordinal);
        (await kubectl.WithInputAsync(changed, "apply", "--server-side", "--force-conflicts", "-f", "-")).Silent();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Deployments_are_created_scaled_exposed_and_undone(string version)
    {
        var kubectl = await NamespaceAsync("deploy", version);
        (await kubectl.RunAsync("create", "deployment", "web", "--image=nginx:1.27", "--port=80")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=90s")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Available", "deployment/web", "--timeout=90s")).Silent();
        (await kubectl.RunAsync("scale", "deployment", "web", "--replicas=3")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=90s")).Silent();
        Assert.Matches(@"web\s+3/3", (await kubectl.RunAsync("get", "deployments")).Silent());
        Assert.Contains(ClusterFixture.Profile, (await kubectl.RunAsync("get", "pods", "-o", "wide")).Silent(), StringComparison.Ordinal);
        (await kubectl.RunAsync("expose", "deployment", "web", "--port=80")).Silent();
        // Older kubectl reads Endpoints, of which the server warns.
        var service = await kubectl.RunAsync("describe", "service", "web");
        service.Succeeded();
        Assert.Contains("Endpoints", service.Output, StringComparison.Ordinal);

        (await kubectl.RunAsync("set", "image", "deployment/web", "nginx=nginx:1.28")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=90s")).Silent();
        Assert.Contains("2", (await kubectl.RunAsync("rollout", "history", "deployment/web")).Silent(), StringComparison.Ordinal);
        (await kubectl.RunAsync("rollout", "undo", "deployment/web")).Silent();
        (await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=90s")).Silent();
        Assert.Contains("Replicas", (await kubectl.RunAsync("describe", "deployment", "web")).Silent(), StringComparison.Ordinal);
        (await kubectl.RunAsync("delete", "deployment,service", "web")).Silent();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task People_look_into_containers(string version)
    {
        var kubectl = await NamespaceAsync("inside", version);
        (await kubectl.RunAsync("run", "shell", "--image=busybox:1.36", "--restart=Never", "--", "sh", "-c", "echo one; echo two; while :; do date; sleep 1; done")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/shell", "--timeout=90s")).Silent();

        // Ready is who runs; it has said something a moment later.
        await Wait.UntilAsync("the program has begun", () => kubectl.RunAsync("logs", "shell"), log => log.StartsWith("one\ntwo\n", StringComparison.Ordinal));
        Assert.Equal(2, (await kubectl.RunAsync("logs", "shell", "--tail=2")).Silent().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var followed = await Command.RunAsync("bash", ["-c", $"timeout 120 '{kubectl.Program}' --namespace {kubectl.Namespace} logs -f shell | head -n 6"], kubectl.Environment);
        Assert.Equal(6, followed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        Assert.Equal("shell", (await kubectl.RunAsync("exec", "shell", "--", "hostname")).Silent().Trim());
        Assert.Equal(7, (await kubectl.RunAsync("exec", "shell", "--", "sh", "-c", "exit 7")).ExitCode);
        Assert.Equal("typed", (await kubectl.WithInputAsync("typed\n", "exec", "-i", "shell", "--", "cat")).Silent().Trim());
        Assert.Contains("/dev/pts", (await kubectl.OnTerminalAsync("tty\nexit\n", "exec", "-it", "shell", "--", "sh")).Succeeded(), StringComparison.Ordinal);

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "copied", TestContext.Current.CancellationToken);
            (await kubectl.RunAsync("cp", file, $"{kubectl.Namespace}/shell:/tmp/file")).Succeeded();
            Assert.Equal("copied", (await kubectl.RunAsync("exec", "shell", "--", "cat", "/tmp/file")).Silent().Trim());
            (await kubectl.RunAsync("cp", $"{kubectl.Namespace}/shell:/tmp/file", file + ".back")).Succeeded();
            Assert.Equal("copied", await File.ReadAllTextAsync(file + ".back", TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".back");
        }

        Assert.Contains("Started", (await kubectl.RunAsync("get", "events")).Silent(), StringComparison.Ordinal);
        Assert.Contains("Started", (await kubectl.RunAsync("describe", "pod", "shell")).Silent(), StringComparison.Ordinal);
        (await kubectl.RunAsync("delete", "pod", "shell", "--grace-period=1")).Silent();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Ports_are_forwarded(string version)
    {
        var kubectl = await NamespaceAsync("forward", version);
        (await kubectl.RunAsync("run", "web", "--image=nginx:1.27")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/web", "--timeout=90s")).Silent();

        // The shell ends the forwarding with itself.
        var page = await Command.RunAsync(
            "bash",
            ["-c", $"'{kubectl.Program}' --namespace {kubectl.Namespace} port-forward pod/web 18080:80 >/dev/null & trap \"kill $!\" EXIT; for i in $(seq 50); do curl -s --noproxy '*' --max-time 5 http://127.0.0.1:18080/ && exit 0; sleep 0.2; done; exit 1"],
            kubectl.Environment);

        Assert.Contains("Welcome to nginx", page.Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Changes_are_watched(string version)
    {
        var kubectl = await NamespaceAsync("watch", version);
        var program = $"'{kubectl.Program}' --namespace {kubectl.Namespace}";

        // Until it shows what is made after it has shown the one that is always there.
        var watching = Command.RunAsync(
            "bash",
            ["-c", $"exec 3< <(exec timeout 120 {program} get configmaps --watch -o name); trap \"kill $!\" EXIT; grep -m1 root-ca <&3 && {program} create configmap seen && grep -m1 seen <&3"],
            kubectl.Environment);

        Assert.EndsWith("configmap/seen\n", (await watching).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_api_explains_itself(string version)
    {
        var kubectl = Use(version);
        Assert.Contains("deployments", (await kubectl.RunAsync("api-resources")).Silent(), StringComparison.Ordinal);
        Assert.Contains("apps/v1", (await kubectl.RunAsync("api-versions")).Silent(), StringComparison.Ordinal);
        Assert.Contains("containers", (await kubectl.RunAsync("explain", "pod.spec")).Silent(), StringComparison.Ordinal);
        Assert.Contains("image", (await kubectl.RunAsync("explain", "deployment.spec.template.spec.containers")).Silent(), StringComparison.Ordinal);
        Assert.Contains("Server Version", (await kubectl.RunAsync("version")).Succeeded(), StringComparison.Ordinal);
        Assert.Matches($@"{ClusterFixture.Profile}\s+Ready", (await kubectl.RunAsync("get", "nodes")).Silent());
        Assert.Contains("Ready", (await kubectl.RunAsync("describe", "nodes")).Silent(), StringComparison.Ordinal);
        Assert.Contains("is running at", (await kubectl.RunAsync("cluster-info")).Silent(), StringComparison.Ordinal);
    }

    private Kubectl Use(string version)
    {
        Needs.Kubectl();
        return new Kubectl(Kubectl.Programs.First(program => Path.GetFileName(program) == version), cluster.Kubeconfig);
    }

    private Task<Kubectl> NamespaceAsync(string what, string version) =>
        cluster.NamespaceAsync($"{what}-{version.Replace('.', '-')}", Use(version).Program);
}
