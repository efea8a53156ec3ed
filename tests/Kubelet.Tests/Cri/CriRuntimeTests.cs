using System.Collections.Concurrent;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Tests.Runtime;

namespace Navarch.Kubelet.Tests.Cri;

[Collection("containerd")] // A kubelet owns every pod of its runtime: one at a time.
public sealed class CriRuntimeTests(PrivateContainerd containerd)
{
    [Fact]
    public async Task A_container_runs_logs_and_its_end_is_told_at_once()
    {
        using var runtime = await containerd.RuntimeAsync();
        Assert.Equal("containerd", (await runtime.VersionAsync(default)).RuntimeName);

        using var cancel = new CancellationTokenSource();
        var events = new ConcurrentQueue<RuntimeEvent>();
        var watching = WatchAsync(runtime, events, cancel.Token);

        var sandboxConfig = Sandbox("cri-test");
        var sandbox = await runtime.RunPodSandboxAsync(sandboxConfig, "", default);
        var status = await runtime.PodSandboxStatusAsync(sandbox, default);
        Assert.Equal(PodSandboxState.SandboxReady, status.State);
        Assert.StartsWith("10.250.77.", status.Network.Ip);
        Assert.Single(await runtime.ListPodSandboxesAsync(new Dictionary<string, string> { ["test"] = "cri-test" }, default));

        var id = await runtime.CreateContainerAsync(sandbox, new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = "main" },
            Image = new ImageSpec { Image = PrivateContainerd.Image },
            Command = { "sh", "-c", "echo hello; sleep 0.3; exit 3" },
            LogPath = "main/0.log",
            Linux = new LinuxContainerConfig(),
        }, sandboxConfig, default);
        await runtime.StartContainerAsync(id, default);

        await Eventually.TrueAsync(
            async () => (await runtime.ContainerStatusAsync(id, default)).State == ContainerState.ContainerExited, "the container ended");
        var ended = await runtime.ContainerStatusAsync(id, default);
        Assert.Equal(3, ended.ExitCode);
        Assert.Equal("Error", ended.Reason);
        Assert.Contains("stdout F hello", await File.ReadAllTextAsync(Path.Combine(sandboxConfig.LogDirectory, "main/0.log")));
        await Eventually.TrueAsync(() => events.Contains(new RuntimeEvent(id, Ended: true)), "the end was told");

        await runtime.StopPodSandboxAsync(sandbox, default);
        await runtime.RemovePodSandboxAsync(sandbox, default);
        await runtime.RemovePodSandboxAsync(sandbox, default);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task An_exec_returns_output_and_exit_code_and_a_late_one_is_a_timeout()
    {
        using var runtime = await containerd.RuntimeAsync();
        var sandboxConfig = Sandbox("exec-test");
        var sandbox = await runtime.RunPodSandboxAsync(sandboxConfig, "", default);
        var id = await runtime.CreateContainerAsync(sandbox, new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = "main" },
            Image = new ImageSpec { Image = PrivateContainerd.Image },
            Command = { "sleep", "1000" },
            LogPath = "main/0.log",
            Linux = new LinuxContainerConfig(),
        }, sandboxConfig, default);
        await runtime.StartContainerAsync(id, default);

        var answer = await runtime.ExecSyncAsync(id, ["sh", "-c", "echo out; echo err >&2; exit 7"], TimeSpan.FromSeconds(20), default);
        Assert.Equal(("out\n", "err\n", 7), (answer.Stdout.ToStringUtf8(), answer.Stderr.ToStringUtf8(), answer.ExitCode));
        var late = await Assert.ThrowsAsync<CriException>(() => runtime.ExecSyncAsync(id, ["sleep", "100"], TimeSpan.FromSeconds(1), default));
        Assert.Equal(GrpcCode.DeadlineExceeded, late.Code);

        var url = await runtime.ExecAsync(new ExecRequest { ContainerId = id, Cmd = { "true" }, Stdout = true }, default);
        Assert.Equal("http", url.Scheme);
        Assert.NotEmpty(await runtime.ListContainerStatsAsync(default));
        Assert.NotEmpty(await runtime.ImageFilesystemsAsync(default));

        await runtime.StopContainerAsync(id, TimeSpan.Zero, default);
        await runtime.RemovePodSandboxAsync(sandbox, default);
    }

    [Fact]
    public async Task Errors_carry_the_runtimes_code_and_text()
    {
        using var runtime = await containerd.RuntimeAsync();

        var missing = await Assert.ThrowsAsync<CriException>(() => runtime.ContainerStatusAsync("nothing", default));
        Assert.True(missing.IsNotFound);
        Assert.Contains("nothing", missing.Message);
        Assert.Null(await runtime.FindImageAsync("localhost/no/such:image", default));
        var pull = await Assert.ThrowsAsync<CriException>(() => runtime.PullImageAsync("127.0.0.1:1/no/such:image", null, Sandbox("pull"), default));
        Assert.Contains("failed to pull and unpack image", pull.Message);
    }

    [Fact]
    public async Task A_runtime_that_is_down_is_unavailable()
    {
        using var runtime = new CriRuntime("unix:///tmp/no-such.sock", TimeProvider.System);

        var e = await Assert.ThrowsAsync<CriException>(() => runtime.VersionAsync(default));
        Assert.True(e.IsUnavailable);
        Assert.Contains("/tmp/no-such.sock", e.Message);
    }

    private PodSandboxConfig Sandbox(string name) => new()
    {
        Metadata = new PodSandboxMetadata { Name = name, Namespace = "default", Uid = Guid.NewGuid().ToString() },
        Hostname = name,
        LogDirectory = Path.Combine(containerd.Directory, "logs", name),
        Labels = { ["test"] = name },
        Linux = new LinuxPodSandboxConfig { CgroupParent = PrivateContainerd.CgroupParent },
    };

    private static async Task WatchAsync(CriRuntime runtime, ConcurrentQueue<RuntimeEvent> events, CancellationToken ct)
    {
        await foreach (var e in runtime.WatchAsync(ct))
        {
            events.Enqueue(e);
        }
    }
}
