namespace Navarch.EndToEnd;

/// <summary>Whatever is wrong is refused with what to do about it, and nothing is left half-made.</summary>
[Collection(ClusterCollection.Name)]
public sealed class BadInputTests(ClusterFixture cluster)
{
    [Theory]
    [InlineData("apiVersion: v1\nkind: [", "error")]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",", "error")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Upper_Case}\n", "metadata.name: Invalid value: \"Upper_Case\"")]
    [InlineData("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: -1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: i, imagee: j}]}\n", "unknown field \"spec.containers[0].imagee\"")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: []}\n", "spec.containers: Required value")]
    public async Task Kubectl_says_what_is_wrong(string manifest, string message)
    {
        var kubectl = Use();

        (await kubectl.WithInputAsync(manifest, "create", "-f", "-")).FailedWith(message);

        (await kubectl.RunAsync("get", "pod", "x")).FailedWith("NotFound");
    }

    [Fact]
    public async Task A_kind_that_does_not_exist_is_named()
    {
        const string Manifest = "apiVersion: v1\nkind: Nonsense\nmetadata: {name: x}\n";

        (await Use().WithInputAsync(Manifest, "create", "--validate=ignore", "-f", "-")).FailedWith("no matches for kind \"Nonsense\" in version \"v1\"");
    }

    [Fact]
    public async Task Unknown_fields_are_warned_about_or_ignored_as_asked()
    {
        var kubectl = await cluster.NamespaceAsync("unknown-fields");
        const string Manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nextra: 1\n";

        var warned = await kubectl.WithInputAsync(Manifest, "apply", "--validate=warn", "-f", "-");
        warned.Succeeded();
        Assert.Contains("unknown field \"extra\"", warned.Error, StringComparison.Ordinal);
        (await kubectl.WithInputAsync(Manifest, "apply", "--validate=ignore", "-f", "-")).Silent();
    }

    [Fact]
    public async Task An_image_that_does_not_exist_is_backed_off_from_and_the_reason_is_told()
    {
        var kubectl = await cluster.NamespaceAsync("no-image");
        (await kubectl.RunAsync("run", "broken", "--image=localhost:1/no/such:image")).Silent();

        await Wait.UntilAsync(
            "the pod backs off",
            () => kubectl.RunAsync("get", "pod", "broken", "-o", "jsonpath={.status.containerStatuses[0].state.waiting.reason}"),
            reason => reason == "ImagePullBackOff");
        await Wait.UntilAsync(
            "events tell why",
            () => kubectl.RunAsync("get", "events", "-o", "jsonpath={.items[*].message}"),
            messages => messages.Contains("Failed to pull image \"localhost:1/no/such:image\"", StringComparison.Ordinal));
        (await kubectl.RunAsync("delete", "pod", "broken", "--grace-period=0", "--force")).Succeeded();
    }

    [Fact]
    public async Task Commands_that_change_the_machine_ask_for_root()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv (util-linux) is needed to run a command as another user.");
        foreach (var command in (string[])["start", "stop", "delete"])
        {
            var outcome = await AsNobodyAsync(command, "-p", "nobodys");

            Assert.Matches($"^navarch: .+ needs root\\. Run it with sudo: `sudo navarch {command}`\\.$", outcome.Failed().Trim());
        }
    }

    [Fact]
    public async Task A_taken_port_is_named_with_who_has_it_and_nothing_is_left()
    {
        var before = MachineSnapshot.Take();
        var port = (await Use().RunAsync("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")).Silent().Split(':')[^1];

        var error = (await NavarchCommand.RunAsync(cluster.Kubeconfig + "-other", "start", "-p", "e2e-port", "--api-port", port)).Failed();

        Assert.Contains($"port {port}", error, StringComparison.Ordinal);
        Assert.Contains("navarch (pid", error, StringComparison.Ordinal);
        Assert.Contains("--api-port", error, StringComparison.Ordinal);
        await MachineSnapshot.AssertSameAsync(before);
    }

    [Fact]
    public async Task A_full_disk_is_refused_before_anything_is_made()
    {
        const string State = "/var/lib/navarch/e2e-full";
        (await Command.RunAsync("mkdir", ["-p", State])).Succeeded();
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=10m", "none", State])).Succeeded();
        try
        {
            var error = (await NavarchCommand.RunAsync(cluster.Kubeconfig + "-other", "start", "-p", "e2e-full")).Failed();

            Assert.Matches(@"only \d+ MiB are free .+ a cluster needs \d+ MiB\. Free some space", error);
            Assert.Empty(Directory.EnumerateFileSystemEntries(State));
        }
        finally
        {
            (await Command.RunAsync("umount", [State])).Succeeded();
            Directory.Delete(State);
        }
    }

    [Fact]
    public async Task A_running_cluster_is_not_started_again()
    {
        Assert.Contains("already running", (await NavarchCommand.RunAsync(cluster.Kubeconfig, "start", "-p", ClusterFixture.Profile)).Succeeded(), StringComparison.Ordinal);
    }

    private Kubectl Use()
    {
        Needs.Kubectl();
        return new Kubectl(Kubectl.Default, cluster.Kubeconfig);
    }

    // The launcher may lie in a folder that others cannot read: what it starts is copied to where they can.
    private static async Task<Outcome> AsNobodyAsync(params string[] arguments)
    {
        var built = (await Command.RunAsync("bash", ["-c", "readlink -f /proc/$(cat /run/navarch/e2e/server.pid | cut -d' ' -f1)/exe"])).Succeeded().Trim();
        var copy = Directory.CreateTempSubdirectory("navarch-copy-").FullName;
        try
        {
            (await Command.RunAsync("bash", ["-c", $"cp -r '{Path.GetDirectoryName(built)}/.' '{copy}' && chmod -R a+rX '{copy}'"])).Succeeded();
            return await Command.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Path.Combine(copy, "navarch"), .. arguments], new Dictionary<string, string> { ["HOME"] = "/tmp" });
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }
}
