using System.Diagnostics;
using System.Text.Json;

namespace Navarch.EndToEnd;

/// <summary>Start, stop, crash, two at once, delete: on clusters of their own, with the machine compared before and after.</summary>
[Collection("lifecycle")]
public sealed class LifecycleTests : IAsyncLifetime
{
    private const string One = "life-one";
    private const string Two = "life-two";

    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-life-").FullName;

    private string Kubeconfig => Path.Combine(_folder, "config");

    private Kubectl Kubectl => new(Kubectl.Default, Kubeconfig);

    public ValueTask InitializeAsync()
    {
        Needs.Root();
        Needs.Kubectl();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var profile in (string[])[One, Two])
        {
            await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", profile);
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Delete_leaves_the_machine_as_it_was()
    {
        var others = "apiVersion: v1\nkind: Config\nclusters: []\ncontexts:\n- context: {cluster: a, user: b}\n  name: other\ncurrent-context: other\nusers: []\n";
        await File.WriteAllTextAsync(Kubeconfig, others, TestContext.Current.CancellationToken);
        var before = MachineSnapshot.Take();

        await StartAsync(One);
        await RunPodAsync(One, "web");
        (await Kubectl.RunAsync("expose", "pod", "web", "--port=80", "--type=NodePort", "--labels=run=web")).Succeeded();
        (await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", One)).Succeeded();

        await MachineSnapshot.AssertSameAsync(before);
        var kubeconfig = await File.ReadAllTextAsync(Kubeconfig, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(One, kubeconfig, StringComparison.Ordinal);
        Assert.Contains("other", kubeconfig, StringComparison.Ordinal);
        Assert.Contains("There is no cluster", (await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", One)).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_after_everything_was_killed_leaves_the_machine_as_it_was()
    {
        var before = MachineSnapshot.Take();
        await StartAsync(One);
        await RunPodAsync(One, "web");
        foreach (var process in (await StatusAsync(One)).Processes)
        {
            await KillAsync(process.Value);
        }

        (await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", One)).Succeeded();

        await MachineSnapshot.AssertSameAsync(before);
    }

    [Fact]
    public async Task Stop_ends_everything_and_start_resumes_the_same_pods()
    {
        await StartAsync(One);
        await RunPodAsync(One, "web");
        var uid = await PodAsync("web", "{.metadata.uid}");

        (await NavarchCommand.RunAsync(Kubeconfig, "stop", "-p", One)).Succeeded();

        Assert.Equal("Stopped", (await StatusAsync(One)).State);
        Assert.Empty(MachineSnapshot.ProcessesOf(One));
        Assert.Contains("was not running", (await NavarchCommand.RunAsync(Kubeconfig, "stop", "-p", One)).Succeeded(), StringComparison.Ordinal);
        await StartAsync(One);
        await Wait.UntilAsync("the pod runs again", () => Kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}"), text => text == "true 1");
        Assert.Equal(uid, await PodAsync("web", "{.metadata.uid}"));
        Assert.NotEqual("", (await Kubectl.RunAsync("exec", "web", "--", "hostname")).Succeeded().Trim());
    }

    [Theory]
    [InlineData("server")]
    [InlineData("agent")]
    [InlineData("containerd")]
    public async Task A_killed_process_is_started_again_and_containers_run_on(string victim)
    {
        await StartAsync(One);
        await RunPodAsync(One, "web");
        (await Kubectl.RunAsync("create", "configmap", "acknowledged", "--from-literal=a=b")).Succeeded();
        var before = await StatusAsync(One);
        var container = await PodAsync("web", "{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}");

        await KillAsync(before.Processes[victim]);
        await StartAsync(One);

        var after = await StatusAsync(One);
        Assert.Equal("Running", after.State);
        foreach (var (name, pid) in before.Processes)
        {
            Assert.Equal(name == victim, after.Processes[name] != pid);
        }

        Assert.Equal("b", (await Kubectl.RunAsync("get", "configmap", "acknowledged", "-o", "jsonpath={.data.a}")).Succeeded());
        await Wait.UntilAsync("the pod is ready", () => Kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.status.containerStatuses[0].ready}"), ready => ready == "true");
        Assert.Equal(container, await PodAsync("web", "{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}"));
    }

    [Fact]
    public async Task Every_acknowledged_write_survives_a_kill_in_the_middle_of_writing()
    {
        await StartAsync(One);
        var server = (await StatusAsync(One)).Processes["server"];
        var log = Path.Combine(_folder, "acknowledged");
        var writing = Command.RunAsync(
            "bash",
            ["-c", $"for i in $(seq 2000); do '{Kubectl.Program}' create configmap w$i >/dev/null 2>&1 && echo $i || exit 0; done >'{log}'"],
            Kubectl.Environment);
        await Wait.UntilAsync("some are written", () => Command.RunAsync("cat", [log]), text => text.Length > 10);
        await KillAsync(server);
        await writing;
        var acknowledged = (await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(acknowledged);

        await StartAsync(One);

        var present = (await Kubectl.RunAsync("get", "configmaps", "-o", "name")).Succeeded().Split('\n').ToHashSet();
        Assert.All(acknowledged, i => Assert.Contains($"configmap/w{i}", present));
    }

    [Fact]
    public async Task Two_clusters_run_side_by_side()
    {
        await StartAsync(One);
        await RunPodAsync(One, "web");
        await StartAsync(Two);
        await RunPodAsync(Two, "web");

        foreach (var profile in (string[])[One, Two])
        {
            Assert.Matches($@"{profile}\s+Ready", (await Kubectl.RunAsync("--context", profile, "get", "nodes")).Succeeded());
            Assert.Equal("true", (await Kubectl.RunAsync("--context", profile, "get", "pod", "web", "-o", "jsonpath={.status.containerStatuses[0].ready}")).Succeeded());
        }

        (await NavarchCommand.RunAsync(Kubeconfig, "delete", "-p", One)).Succeeded();

        Assert.Equal("Running", (await StatusAsync(Two)).State);
        Assert.Equal("web", (await Kubectl.RunAsync("--context", Two, "exec", "web", "--", "hostname")).Succeeded().Trim());
    }

    [Fact]
    public async Task A_second_start_while_one_runs_is_told_so()
    {
        var first = NavarchCommand.RunAsync(Kubeconfig, "start", "-p", One);
        await Wait.UntilAsync("the first start has its lock", () => Command.RunAsync("ls", ["/run/navarch"]), files => files.Contains(One + ".lock", StringComparison.Ordinal));

        var second = await NavarchCommand.RunAsync(Kubeconfig, "stop", "-p", One);

        Assert.Matches(@"navarch start \(pid \d+\) is running", second.Failed());
        (await first).Succeeded();
    }

    [Fact]
    public async Task A_first_start_that_fails_undoes_everything()
    {
        var before = MachineSnapshot.Take();

        // A second is too short for a node to become Ready.
        var error = (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", One, "--wait", "0")).Failed();

        Assert.Contains("everything was undone", error, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(Path.GetTempPath(), $"navarch-{One}-failed-start"), recursive: true); // The logs, for whoever wants to know why.
        await MachineSnapshot.AssertSameAsync(before);
    }

    private async Task StartAsync(string profile) => (await NavarchCommand.RunAsync(Kubeconfig, "start", "-p", profile)).Succeeded();

    private async Task RunPodAsync(string profile, string name)
    {
        (await NavarchCommand.RunAsync(Kubeconfig, "image", "samples", "-p", profile)).Succeeded();
        (await Kubectl.RunAsync("--context", profile, "run", name, "--image=nginx:1.27")).Succeeded();
        (await Kubectl.RunAsync("--context", profile, "wait", "--for=condition=Ready", $"pod/{name}", "--timeout=90s")).Succeeded();
    }

    private async Task<string> PodAsync(string name, string path) =>
        (await Kubectl.RunAsync("get", "pod", name, "-o", $"jsonpath={path}")).Succeeded();

    private async Task<StatusView> StatusAsync(string profile)
    {
        using var status = JsonDocument.Parse((await NavarchCommand.RunAsync(Kubeconfig, "status", "-p", profile, "-o", "json")).Output);
        return new StatusView(
            status.RootElement.GetProperty("state").GetString()!,
            status.RootElement.GetProperty("processes").EnumerateArray().ToDictionary(
                process => process.GetProperty("name").GetString()!,
                process => process.TryGetProperty("pid", out var pid) ? pid.GetInt32() : 0));
    }

    private static async Task KillAsync(int pid)
    {
        using var process = Process.GetProcessById(pid);
        (await Command.RunAsync("kill", ["-KILL", $"{pid}"])).Succeeded();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private sealed record StatusView(string State, IReadOnlyDictionary<string, int> Processes);
}
