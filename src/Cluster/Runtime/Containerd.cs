using System.Net.Sockets;
using System.Text;
using Navarch.Cluster.Images;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Runtime;

/// <summary>The containerd that runs one profile's containers. The machine's own containerd is never talked to.</summary>
public sealed class Containerd(ProfilePaths paths, TimeProvider time)
{
    // containerd loads its snapshots' database first; on a slow disk with many images that takes seconds.
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    private static readonly string[] CniFolders = ["/usr/lib/cni", "/opt/cni/bin"];

    public Daemon Daemon { get; } = new("containerd", paths.PidFile("containerd"), paths.LogFile("containerd"), time);

    public CtrTool Ctr { get; } = new(paths.ContainerdSocket);

    /// <summary>Starts the daemon unless it runs, and returns when it answers.</summary>
    /// <returns>Whether it had to be started.</returns>
    public async Task<bool> EnsureAsync(Profile profile, CancellationToken ct)
    {
        var started = false;
        if (Daemon.Running is null)
        {
            await WriteConfigAsync(profile, ct);
            started = Daemon.Ensure(Tool.Find("containerd")!, ["--config", paths.ContainerdConfig]);
        }

        await Daemon.WaitUntilAsync("does not answer on its socket", IsListeningAsync, StartMax, ct);
        return started;
    }

    /// <summary>Stops the daemon. Containers keep running under their shims, as in an upgrade of containerd.</summary>
    public Task StopAsync(CancellationToken ct) => Daemon.StopAsync(StopGrace, ct);

    private async Task WriteConfigAsync(Profile profile, CancellationToken ct)
    {
        var version = ContainerdVersion.Parse(await Tool.RequireAsync("containerd", ["--version"], "install containerd 1.6 or newer", ct));
        var config = new ContainerdConfig
        {
            Root = paths.ContainerdRoot,
            State = paths.ContainerdState,
            RuncRoot = Path.Combine(paths.Run, "runc"),
            Socket = paths.ContainerdSocket,
            CniBinaries = CniFolders.FirstOrDefault(Directory.Exists) ?? CniFolders[0],
            CniConfig = paths.CniConfig,
            SandboxImage = PauseImage.Name,
            RegistryConfig = paths.RegistryConfig,
            RestrictOomScore = !Capabilities.Has(Capabilities.SysResource),
        };
        Directory.CreateDirectory(paths.CniConfig);
        Directory.CreateDirectory(paths.ContainerdRoot);
        Directory.CreateDirectory(paths.ContainerdState);

        // "_default" stands for every registry that has no folder of its own.
        var everyRegistry = Path.Combine(paths.RegistryConfig, "_default");
        Directory.CreateDirectory(everyRegistry);
        AtomicFile.Write(Path.Combine(everyRegistry, "hosts.toml"), Encoding.UTF8.GetBytes(ImageMirror.HostsFile(profile, paths)), AtomicFile.Public);
        AtomicFile.Write(paths.ContainerdConfig, Encoding.UTF8.GetBytes(config.ToToml(version)), AtomicFile.Public);
    }

    private async Task<bool> IsListeningAsync(CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(paths.ContainerdSocket), ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
