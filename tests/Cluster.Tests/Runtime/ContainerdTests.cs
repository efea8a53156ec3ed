using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Images;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Processes;
using Navarch.Cluster.Profiles;
using Navarch.Cluster.Runtime;

namespace Navarch.Cluster.Tests.Runtime;

/// <summary>The real containerd of the machine, with a configuration of ours.</summary>
public sealed class ContainerdTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ProfilePaths _paths;
    private readonly Profile _profile;
    private readonly Containerd _containerd;

    public ContainerdTests()
    {
        _paths = new ProfilePaths("test", _folder["state"], _folder["run"]);
        _profile = new ProfileStore(_folder["state"], _folder["run"]).Plan("test", 0, Ports.IsFree);
        _containerd = new Containerd(_paths, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _containerd.StopAsync(CancellationToken.None);
        Mounts.RemoveBelow(_folder.Path);
        _folder.Dispose();
    }

    [Fact]
    public async Task It_loads_images_and_runs_them_apart_from_the_machines_own()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "containerd takes root.");
        Assert.SkipUnless(Tool.Find("containerd") is not null, "containerd is not installed.");
        var ct = TestContext.Current.CancellationToken;
        Directory.CreateDirectory(_paths.Run);

        Assert.True(await _containerd.EnsureAsync(_profile, ct));
        Assert.False(await _containerd.EnsureAsync(_profile, ct));
        await new ImageLoader(_containerd.Ctr, _paths).EnsureAsync(PauseImage.Image(MachineArchitecture.Current), ct);
        var samples = await new SampleImages(SilentProgress.Instance).BuildAsync(_paths, SampleImages.All, ct);
        foreach (var image in samples)
        {
            await new ImageLoader(_containerd.Ctr, _paths).LoadAsync(image, ct);
        }

        var names = await _containerd.Ctr.ImagesAsync(ct);
        Assert.Contains(PauseImage.Name, names);
        Assert.Contains("docker.io/library/nginx:latest", names);
        Assert.Contains("docker.io/library/busybox:latest", names);
        Assert.Contains("docker.io/library/redis:7", names);
        Assert.Equal("hello", await RunAsync("docker.io/library/busybox:latest", ["echo", "hello"]));
        Assert.Contains("syntax is ok", await RunAsync("docker.io/library/nginx:latest", ["nginx", "-t"]), StringComparison.Ordinal);
        Assert.Contains("v=7", await RunAsync("docker.io/library/redis:7", ["redis-server", "--version"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_of_a_loaded_image_gets_what_was_loaded()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "containerd takes root.");
        Assert.SkipUnless(Tool.Find("containerd") is not null, "containerd is not installed.");
        var ct = TestContext.Current.CancellationToken;
        Directory.CreateDirectory(_paths.Run);
        new ClusterCertificates(_paths, TimeProvider.System).Ensure(_profile, []);
        await _containerd.EnsureAsync(_profile, ct);
        var loaded = PauseImage.Image(MachineArchitecture.Current) with { Name = "docker.io/library/no-such-image:latest", OtherNames = ["registry.invalid:5000/a/b/c:1"] };
        await new ImageLoader(_containerd.Ctr, _paths).LoadAsync(loaded, ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var mirror = new ImageMirror(_profile, _paths, NullLoggerFactory.Instance).RunAsync(stop.Token);

        foreach (var name in (string[])[loaded.Name, .. loaded.OtherNames])
        {
            var outcome = await PullAsync(name);
            Assert.True(outcome.Succeeded, outcome.Complaint);
        }

        Assert.False((await PullAsync("registry.invalid:5000/a/b/c:2")).Succeeded);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mirror);
    }

    // As CRI does it: the same hosts folder, every time asking what the name means.
    private Task<Tool.Outcome> PullAsync(string name) => Tool.RunAsync(
        "ctr",
        ["--address", _paths.ContainerdSocket, "--namespace", "k8s.io", "images", "pull", "--hosts-dir", _paths.RegistryConfig, name],
        TestContext.Current.CancellationToken);

    private async Task<string> RunAsync(string image, string[] command)
    {
        var outcome = await Tool.RunAsync(
            "ctr",
            ["--address", _paths.ContainerdSocket, "--namespace", "k8s.io", "run", "--rm", "--runc-root", _folder["runc"], image, $"test-{Guid.NewGuid():N}", .. command],
            TestContext.Current.CancellationToken);
        Assert.True(outcome.Succeeded, outcome.Complaint);
        return (outcome.Output + outcome.Error).Trim();
    }
}
