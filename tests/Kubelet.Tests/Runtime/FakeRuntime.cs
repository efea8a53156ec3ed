using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>A runtime in memory whose calls can be held up, failed and counted.</summary>
internal sealed class FakeRuntime : IRuntime
{
    private readonly Lock _guard = new();
    private readonly Dictionary<string, PodSandboxStatus> _sandboxes = [];
    private readonly Dictionary<string, ContainerStatus> _containers = [];
    private readonly Dictionary<string, string> _sandboxOf = [];
    private readonly Channel<RuntimeEvent> _events = Channel.CreateUnbounded<RuntimeEvent>();
    private int _ids;

    public List<string> Calls { get; } = [];

    public HashSet<string> Images { get; } = ["image:latest"];

    /// <summary>What a call does before it is done: wait, or throw.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public ExecSyncResponse ExecAnswer { get; set; } = new();

    /// <summary>The handler of the newest sandbox.</summary>
    public string? Handler { get; private set; }

    public bool HasEvents { get; set; } = true;

    public int Count(string call)
    {
        lock (_guard)
        {
            return Calls.Count(made => made.StartsWith(call, StringComparison.Ordinal));
        }
    }

    /// <summary>Ends a container as a program does.</summary>
    public void Exit(string name, int code)
    {
        lock (_guard)
        {
            var container = _containers.Values.Single(c => c.Metadata.Name == name && c.State == ContainerState.ContainerRunning);
            EndLocked(container, code);
        }
    }

    public async Task<VersionResponse> VersionAsync(CancellationToken ct)
    {
        await CallAsync("Version", ct);
        return new VersionResponse { RuntimeName = "fake", RuntimeVersion = "1.0" };
    }

    public async Task<RuntimeStatus> StatusAsync(CancellationToken ct)
    {
        await CallAsync("Status", ct);
        return new RuntimeStatus { Conditions = { new RuntimeCondition { Type = "RuntimeReady", Status = true } } };
    }

    public async Task<string> RunPodSandboxAsync(PodSandboxConfig config, string handler, CancellationToken ct)
    {
        await CallAsync("RunPodSandbox", ct);
        lock (_guard)
        {
            var id = $"sandbox{_ids++}";
            Handler = handler;
            _sandboxes[id] = new PodSandboxStatus
            {
                Id = id, Metadata = config.Metadata, CreatedAt = Now(), Labels = { config.Labels }, Network = new PodSandboxNetworkStatus { Ip = "10.0.0.9" },
            };
            return id;
        }
    }

    public async Task StopPodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        await CallAsync("StopPodSandbox", ct);
        lock (_guard)
        {
            if (_sandboxes.TryGetValue(sandboxId, out var sandbox))
            {
                sandbox.State = PodSandboxState.SandboxNotready;
            }
        }
    }

    public async Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        await CallAsync("RemovePodSandbox", ct);
        lock (_guard)
        {
            _sandboxes.Remove(sandboxId);
            foreach (var id in _sandboxOf.Where(entry => entry.Value == sandboxId).Select(entry => entry.Key).ToList())
            {
                _containers.Remove(id);
                _sandboxOf.Remove(id);
            }
        }
    }

    public async Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct)
    {
        await CallAsync("PodSandboxStatus", ct);
        lock (_guard)
        {
            return _sandboxes.TryGetValue(sandboxId, out var sandbox) ? sandbox.Clone() : throw new CriException(GrpcCode.NotFound, sandboxId);
        }
    }

    public async Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        await CallAsync("ListPodSandbox", ct);
        lock (_guard)
        {
            return [.. _sandboxes.Values.Where(s => labels.All(l => s.Labels[l.Key] == l.Value)).Select(s => new PodSandbox
            {
                Id = s.Id, Metadata = s.Metadata, State = s.State, CreatedAt = s.CreatedAt, Labels = { s.Labels },
            })];
        }
    }

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken ct)
    {
        await CallAsync("CreateContainer " + config.Metadata.Name, ct);
        lock (_guard)
        {
            var id = $"container{_ids++}";
            _containers[id] = new ContainerStatus
            {
                Id = id, Metadata = config.Metadata, CreatedAt = Now(), Labels = { config.Labels }, Annotations = { config.Annotations }, Image = config.Image,
            };
            _sandboxOf[id] = sandboxId;
            return id;
        }
    }

    public async Task StartContainerAsync(string containerId, CancellationToken ct)
    {
        lock (_guard)
        {
            var container = _containers[containerId];
            container.State = ContainerState.ContainerRunning;
            container.StartedAt = Now();
        }
        // After it was done: what fails here has happened all the same.
        await CallAsync("StartContainer", ct);
    }

    public async Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken ct)
    {
        await CallAsync($"StopContainer {grace.TotalSeconds}", ct);
        lock (_guard)
        {
            EndLocked(_containers[containerId], 137);
        }
    }

    public async Task RemoveContainerAsync(string containerId, CancellationToken ct)
    {
        await CallAsync("RemoveContainer", ct);
        lock (_guard)
        {
            _containers.Remove(containerId);
            _sandboxOf.Remove(containerId);
        }
    }

    public async Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct)
    {
        await CallAsync("ContainerStatus", ct);
        lock (_guard)
        {
            return _containers.TryGetValue(containerId, out var container) ? container.Clone() : throw new CriException(GrpcCode.NotFound, containerId);
        }
    }

    public async Task<IReadOnlyList<Container>> ListContainersAsync(IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        await CallAsync("ListContainers", ct);
        lock (_guard)
        {
            return [.. _containers.Values.Where(c => labels.All(l => c.Labels[l.Key] == l.Value)).Select(c => new Container
            {
                Id = c.Id, Metadata = c.Metadata, State = c.State, CreatedAt = c.CreatedAt, Labels = { c.Labels }, PodSandboxId = _sandboxOf[c.Id],
            })];
        }
    }

    public Task ReopenContainerLogAsync(string containerId, CancellationToken ct) => Task.CompletedTask;

    public async Task<ExecSyncResponse> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        await CallAsync("ExecSync", ct);
        return ExecAnswer;
    }

    public Task<Uri> ExecAsync(ExecRequest request, CancellationToken ct) => Task.FromResult(new Uri("http://127.0.0.1:1/"));

    public Task<Uri> AttachAsync(AttachRequest request, CancellationToken ct) => Task.FromResult(new Uri("http://127.0.0.1:1/"));

    public Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken ct) => Task.FromResult(new Uri("http://127.0.0.1:1/"));

    public async Task<Image?> FindImageAsync(string image, CancellationToken ct)
    {
        await CallAsync("FindImage", ct);
        return Images.Contains(image) ? new Image { Id = image, Size = 1 } : null;
    }

    public async Task<string> PullImageAsync(string image, AuthConfig? auth, PodSandboxConfig sandboxConfig, CancellationToken ct)
    {
        await CallAsync("PullImage", ct);
        Images.Add(image);
        return image;
    }

    public Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<Image>>([]);

    public Task<IReadOnlyList<FilesystemUsage>> ImageFilesystemsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<FilesystemUsage>>([]);

    public Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<ContainerStats>>([]);

    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (!HasEvents)
        {
            throw new CriException(GrpcCode.Unimplemented, "no events");
        }
        await foreach (var e in _events.Reader.ReadAllAsync(ct))
        {
            yield return e;
        }
    }

    private void EndLocked(ContainerStatus container, int code)
    {
        container.State = ContainerState.ContainerExited;
        container.ExitCode = code;
        container.FinishedAt = Now();
        container.Reason = code == 0 ? "Completed" : "Error";
        _events.Writer.TryWrite(new RuntimeEvent(container.Id, Ended: true));
    }

    private async Task CallAsync(string call, CancellationToken ct)
    {
        await Task.Yield();
        lock (_guard)
        {
            Calls.Add(call);
        }
        await Before(call, ct);
    }

    private static long Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
