using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Tests.Runtime;
using FakeTime = Navarch.Testing.FakeTime;

namespace Navarch.Kubelet.Tests.Pods;

/// <summary>Looks at everything and looks at one pod that meet: the later look is right, whichever comes back first.</summary>
public sealed class RuntimeCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("nkc").FullName;
    private readonly FakeRuntime _runtime = new();
    private readonly RuntimeCache _cache;

    public RuntimeCacheTests() => _cache = new RuntimeCache(_runtime, new LastWords(new LogFiles(_root)), new FakeTime(), NullLogger.Instance);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_container_that_began_during_a_relist_is_known_by_its_events()
    {
        var ct = TestContext.Current.CancellationToken;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await SandboxAsync();

        // Nobody moves the clock: but for the first relist, only events lead to a look.
        var running = _cache.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => _cache.HasSynced, "the runtime was listed");

        // The refresh of a start waits for the container's status while a relist that began before comes to its end.
        var (listed, asked) = (new TaskCompletionSource(), new TaskCompletionSource());
        var lists = 0;
        _runtime.Before = (call, _) => call switch
        {
            "ListPodSandbox" when Interlocked.Increment(ref lists) == 1 => listed.Task,
            "ContainerStatus" => asked.Task,
            _ => Task.CompletedTask,
        };
        var relist = _cache.RelistAsync(ct);
        await Eventually.TrueAsync(() => Volatile.Read(ref lists) == 1, "the relist has seen the containers");
        await ContainerAsync();
        var refresh = _cache.RefreshAsync("uid", ct);
        await Eventually.TrueAsync(() => _runtime.Count("ContainerStatus") == 1, "the refresh asks for the container");
        listed.SetResult();
        await relist;
        asked.SetResult();
        await refresh;
        var looks = _runtime.Count("ListContainers");

        _runtime.Exit("main", 3);

        await Eventually.TrueAsync(() => _runtime.Count("ListContainers") > looks, "the event led to a look at the pod");
        await Eventually.TrueAsync(() => _cache.Find("uid")!.Containers[0].ExitCode == 3, "the exit is known");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pod_that_went_during_a_relist_does_not_come_back(bool wasKnown)
    {
        var ct = TestContext.Current.CancellationToken;
        var sandbox = await SandboxAsync();
        if (wasKnown)
        {
            await _cache.RelistAsync(ct);
        }

        await ContainerAsync();
        var asked = new TaskCompletionSource();
        _runtime.Before = (call, _) => call == "ContainerStatus" ? asked.Task : Task.CompletedTask;
        var relist = _cache.RelistAsync(ct);
        await Eventually.TrueAsync(() => _runtime.Count("ContainerStatus") == 1, "the relist has seen the pod");

        await _runtime.RemovePodSandboxAsync(sandbox, ct);
        Assert.Null(await _cache.RefreshAsync("uid", ct));
        asked.SetResult();
        await relist;

        Assert.Null(_cache.Find("uid"));
    }

    private Task<string> SandboxAsync() => _runtime.RunPodSandboxAsync(
        new PodSandboxConfig { Metadata = new PodSandboxMetadata { Name = "web", Namespace = "default", Uid = "uid" }, Labels = { [RuntimeLabels.PodUid] = "uid" } }, "", TestContext.Current.CancellationToken);

    private async Task ContainerAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var config = new ContainerConfig { Metadata = new ContainerMetadata { Name = "main" }, Labels = { [RuntimeLabels.PodUid] = "uid" }, Image = new ImageSpec { Image = "image" } };
        await _runtime.StartContainerAsync(await _runtime.CreateContainerAsync("sandbox0", config, new PodSandboxConfig(), ct), ct);
    }
}
