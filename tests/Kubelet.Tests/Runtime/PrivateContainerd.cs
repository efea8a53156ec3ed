using System.Diagnostics;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Cri;

[assembly: AssemblyFixture(typeof(Navarch.Kubelet.Tests.Runtime.PrivateContainerd))]

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>
/// A containerd of the tests' own: root, state, socket, configuration and pod network are below one temporary directory,
/// and everything it started is gone when the tests are. The machine's own containerd is not touched.
/// </summary>
public sealed class PrivateContainerd : IAsyncDisposable
{
    public const string PauseImage = "localhost/navarch/pause:1";
    public const string Image = "localhost/navarch/busybox:1";

    public const string CgroupParent = "/navarch-kubelet-tests";

    private readonly SemaphoreSlim _starting = new(1, 1);
    private Process? _process;

    public string Directory { get; } = Path.Combine("/tmp", "nk" + Guid.NewGuid().ToString("N")[..8]);

    public string Socket => Path.Combine(Directory, "c.sock");

    internal static Dictionary<string, string> NoLabels { get; } = [];

    /// <summary>The runtime, started by whichever test asks first.</summary>
    internal async Task<CriRuntime> RuntimeAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_process is null)
            {
                await StartAsync();
            }
        }
        finally
        {
            _starting.Release();
        }
        return new CriRuntime("unix://" + Socket, TimeProvider.System);
    }

    /// <summary>Ends the daemon without ending the containers, as an upgrade of it does, and starts it again.</summary>
    internal async Task RestartAsync()
    {
        await StopDaemonAsync();
        StartDaemon();
        await ReadyAsync();
    }

    internal async Task StopDaemonAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    internal void StartDaemon()
    {
        _process = Process.Start(new ProcessStartInfo("containerd", ["--config", Path.Combine(Directory, "config.toml"), "--log-level", "error"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    internal async Task ReadyAsync()
    {
        using var runtime = new CriRuntime(Socket, TimeProvider.System);
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await runtime.StatusAsync(default)).Conditions.All(c => c.Status);
            }
            catch (CriException)
            {
                return false;
            }
        }, "containerd is ready");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            using var runtime = new CriRuntime(Socket, TimeProvider.System);
            foreach (var sandbox in await runtime.ListPodSandboxesAsync(NoLabels, default))
            {
                await runtime.StopPodSandboxAsync(sandbox.Id, default);
                await runtime.RemovePodSandboxAsync(sandbox.Id, default);
            }
            await StopDaemonAsync();
            foreach (var mount in (await File.ReadAllLinesAsync("/proc/mounts")).Select(line => line.Split(' ')[1])
                .Where(mount => mount.StartsWith(Directory, StringComparison.Ordinal)).Reverse())
            {
                await RunAsync("umount", "-l", mount);
            }
            await Eventually.TrueAsync(() => new CgroupTree().TryRemove(CgroupParent), "the control groups are empty");
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        _starting.Dispose();
    }

    internal static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}: {await error}");
    }

    private async Task StartAsync()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("running containers needs root");
        }
        foreach (var tool in (string[])["/usr/bin/containerd", "/usr/sbin/runc", "/usr/lib/cni/ptp"])
        {
            if (!File.Exists(tool) && !File.Exists(tool.Replace("/bin/", "/sbin/", StringComparison.Ordinal)))
            {
                Assert.Skip($"{tool} is missing (packages containerd, runc, containernetworking-plugins)");
            }
        }

        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "cni"));
        await File.WriteAllTextAsync(Path.Combine(Directory, "config.toml"), $$"""
            version = 2
            root = "{{Directory}}/root"
            state = "{{Directory}}/state"
            disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
            [grpc]
              address = "{{Socket}}"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "{{PauseImage}}"
              restrict_oom_score_adj = true
              stream_server_address = "127.0.0.1"
              stream_server_port = "0"
              [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "/usr/lib/cni"
                conf_dir = "{{Directory}}/cni"
            """);
        // Point to point, so that no bridge is left behind; the kernel removes a veth pair with the namespace.
        await File.WriteAllTextAsync(Path.Combine(Directory, "cni", "10-test.conflist"), $$"""
            { "cniVersion": "0.4.0", "name": "test", "plugins": [
              { "type": "ptp", "ipam": { "type": "host-local", "subnet": "10.250.77.0/24", "dataDir": "{{Directory}}/ipam", "routes": [{ "dst": "0.0.0.0/0" }] } },
              { "type": "loopback" } ] }
            """);
        StartDaemon();
        await ReadyAsync();

        using var runtime = new CriRuntime(Socket, TimeProvider.System);
        foreach (var (name, entrypoint, command) in new (string, string[], string[])[]
        {
            (PauseImage, ["/bin/busybox", "sleep", "2147483647"], []),
            (Image, [], ["/bin/sh"]),
        })
        {
            var archive = Path.Combine(Directory, "image.tar");
            await OciArchive.WriteAsync(archive, name, entrypoint, command);
            await RunAsync("ctr", "--address", Socket, "-n", "k8s.io", "images", "import", archive);
            // CRI hears of imported images by an event.
            await Eventually.TrueAsync(async () => await runtime.FindImageAsync(name, default) is not null, $"image {name} is there");
        }
    }

    private void Log(string? line)
    {
        if (line is not null)
        {
            File.AppendAllText(Path.Combine(Directory, "log"), line + "\n");
        }
    }
}
