using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// What the runtime has, by pod, kept up to date by the runtime's events and, in case one is lost, by a slow relist.
/// </summary>
internal sealed partial class RuntimeCache(IRuntime runtime, LastWords lastWords, TimeProvider time, ILogger log)
{
    // The safety net below the events. A list costs the runtime about a millisecond.
    private static readonly TimeSpan RelistPeriod = TimeSpan.FromSeconds(20);

    // When the runtime has no events, the relist is all there is.
    private static readonly TimeSpan RelistPeriodAlone = TimeSpan.FromSeconds(1);

    // Events can outrun the runtime's own bookkeeping. It is asked again after 2, 4, 8... ms, a second in all.
    private const int AsksMax = 9;

    private static readonly Dictionary<string, string> Everything = [];

    private readonly Lock _storing = new(); // Of two looks at a pod one is stored after the other.
    private readonly ConcurrentDictionary<string, (RuntimePod Pod, long Seen)> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _removed = new(StringComparer.Ordinal); // UID of a pod to the look that saw it gone.
    private readonly ConcurrentDictionary<string, RuntimeContainer> _ended = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RuntimeContainer> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _addresses = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Uid, long Seen)> _owners = new(StringComparer.Ordinal); // By ID of a container or sandbox.
    private long _looks;
    private long _relistBefore;
    private volatile bool _hasEvents;

    /// <summary>The pod of this UID is not what it was.</summary>
    public event Action<string>? Changed;

    /// <summary>Everything has been seen once.</summary>
    public bool HasSynced { get; private set; }

    /// <summary>When the runtime last answered, and what was wrong if it did not.</summary>
    public string? Error { get; private set; } = "container runtime status check may not have completed yet";

    public IReadOnlyCollection<RuntimePod> All => [.. _pods.Values.Select(entry => entry.Pod)];

    public RuntimePod? Find(string uid) => _pods.TryGetValue(uid, out var entry) ? entry.Pod : null;

    /// <summary>Follows the runtime until cancelled. A runtime that is down is asked until it is back.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var watching = WatchAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await RelistAsync(ct);
                if (Error is not null)
                {
                    LogRecovered(log);
                }
                Error = null;
                HasSynced = true;
            }
            catch (CriException e)
            {
                if (Error != e.Message)
                {
                    LogUnreachable(log, e.Message);
                }
                Error = e.Message;
            }
            await Task.Delay(_hasEvents && Error is null ? RelistPeriod : RelistPeriodAlone, time, ct);
        }
        await watching;
    }

    /// <summary>Looks at everything now.</summary>
    /// <exception cref="CriException">The runtime does not answer.</exception>
    public async Task RelistAsync(CancellationToken ct)
    {
        var look = Interlocked.Increment(ref _looks);
        var (sandboxes, containers) = await ListAsync(Everything, ct);
        var uids = sandboxes.Select(sandbox => sandbox.Metadata.Uid)
            .Concat(containers.Select(UidOf)).Where(uid => uid.Length > 0).ToHashSet(StringComparer.Ordinal);
        var bySandboxUid = sandboxes.ToLookup(sandbox => sandbox.Metadata.Uid);
        var byContainerUid = containers.ToLookup(UidOf);
        foreach (var uid in uids)
        {
            Store(uid, await BuildAsync(uid, bySandboxUid[uid], byContainerUid[uid], look, ct), look);
        }
        foreach (var gone in _pods.Keys.Where(uid => !uids.Contains(uid)))
        {
            Store(gone, null, look);
        }
        Forget(sandboxes, containers, look);
    }

    /// <summary>Looks at one pod now.</summary>
    /// <exception cref="CriException">The runtime does not answer.</exception>
    public async Task<RuntimePod?> RefreshAsync(string uid, CancellationToken ct)
    {
        var look = Interlocked.Increment(ref _looks);
        var (sandboxes, containers) = await ListAsync(new Dictionary<string, string> { [RuntimeLabels.PodUid] = uid }, ct);
        var pod = sandboxes.Count == 0 && containers.Count == 0 ? null : await BuildAsync(uid, sandboxes, containers, look, ct);
        Store(uid, pod, look);
        return Find(uid);
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await foreach (var e in runtime.WatchAsync(ct))
                {
                    _hasEvents = true;
                    if (_owners.TryGetValue(e.ContainerId, out var owner))
                    {
                        await FollowAsync(owner.Uid, e, ct);
                    }
                }
            }
            catch (CriException e) when (e.Code == GrpcCode.Unimplemented)
            {
                LogNoEvents(log);
                return;
            }
            catch (CriException)
            {
                // It broke off. The relist finds out whether the runtime is there at all.
            }
            _hasEvents = false;
            await Task.Delay(RelistPeriodAlone, time, ct);
        }
    }

    private async Task FollowAsync(string uid, RuntimeEvent e, CancellationToken ct)
    {
        try
        {
            for (var ask = 0; ask < AsksMax; ask++)
            {
                var pod = await RefreshAsync(uid, ct);
                if (!e.Ended || pod is null || !IsAlive(pod, e.ContainerId))
                {
                    return;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(2 << ask), time, ct);
            }
        }
        catch (CriException)
        {
            // Left to the relist.
        }

        static bool IsAlive(RuntimePod pod, string id) =>
            pod.Running.Any(container => container.Id == id) || pod.Sandboxes.Any(sandbox => sandbox.Id == id && sandbox.IsReady);
    }

    private async Task<(IReadOnlyList<PodSandbox> Sandboxes, IReadOnlyList<Container> Containers)> ListAsync(
        Dictionary<string, string> labels, CancellationToken ct)
    {
        // Sandboxes last: a container whose sandbox is not in the list would seem to be of no pod.
        var containers = await runtime.ListContainersAsync(labels, ct);
        var sandboxes = await runtime.ListPodSandboxesAsync(labels, ct);
        // What somebody else made beside the kubelet is theirs.
        return ([.. sandboxes.Where(sandbox => sandbox.Labels.ContainsKey(RuntimeLabels.PodUid))], containers);
    }

    private void Store(string uid, RuntimePod? pod, long look)
    {
        bool isChanged;
        lock (_storing)
        {
            isChanged = pod is null ? Remove(uid, look) : Keep(uid, pod, look);
        }
        if (isChanged)
        {
            Changed?.Invoke(uid);
        }
    }

    // Also of a pod that was never stored: a look from before may still be on its way with it.
    private bool Remove(string uid, long look)
    {
        if (_pods.TryGetValue(uid, out var known) && known.Seen > look)
        {
            return false;
        }
        _removed[uid] = Math.Max(look, _removed.GetValueOrDefault(uid));
        return _pods.TryRemove(uid, out _);
    }

    // Of two looks the later one is right, whichever came back first.
    private bool Keep(string uid, RuntimePod pod, long look)
    {
        if (_removed.GetValueOrDefault(uid) > look)
        {
            return false;
        }
        var isKnown = _pods.TryGetValue(uid, out var known);
        if (isKnown && known.Seen > look)
        {
            return false;
        }
        var isChanged = !isKnown || !IsSame(known.Pod, pod);
        _pods[uid] = (isChanged ? pod : known.Pod, look);
        return isChanged;
    }

    private static bool IsSame(RuntimePod left, RuntimePod right) =>
        left.Sandboxes.SequenceEqual(right.Sandboxes) && left.Containers.SequenceEqual(right.Containers);

    private async Task<RuntimePod> BuildAsync(
        string uid, IEnumerable<PodSandbox> sandboxes, IEnumerable<Container> containers, long look, CancellationToken ct)
    {
        var (@namespace, name) = ("", "");
        var builtSandboxes = new List<RuntimeSandbox>();
        foreach (var sandbox in sandboxes.OrderByDescending(sandbox => sandbox.Metadata.Attempt).ThenByDescending(sandbox => sandbox.CreatedAt))
        {
            Own(sandbox.Id, uid, look);
            (@namespace, name) = (sandbox.Metadata.Namespace, sandbox.Metadata.Name);
            var isReady = sandbox.State == PodSandboxState.SandboxReady;
            var ips = isReady ? await AddressesAsync(sandbox.Id, ct) : [];
            builtSandboxes.Add(new RuntimeSandbox(sandbox.Id, (int)sandbox.Metadata.Attempt, isReady, Nanoseconds(sandbox.CreatedAt), ips));
        }
        var builtContainers = new List<RuntimeContainer>();
        foreach (var container in containers.OrderByDescending(container => container.CreatedAt))
        {
            Own(container.Id, uid, look);
            if (name.Length == 0)
            {
                (@namespace, name) = (container.Labels.GetValueOrDefault(RuntimeLabels.PodNamespace, ""), container.Labels.GetValueOrDefault(RuntimeLabels.PodName, ""));
            }
            if (await DetailsAsync(container, ct) is { } details)
            {
                builtContainers.Add(details);
            }
        }
        return new RuntimePod(uid, @namespace, name, builtSandboxes, builtContainers);
    }

    private async Task<IReadOnlyList<string>> AddressesAsync(string id, CancellationToken ct)
    {
        if (_addresses.TryGetValue(id, out var known))
        {
            return known;
        }
        try
        {
            var network = (await runtime.PodSandboxStatusAsync(id, ct)).Network;
            IReadOnlyList<string> ips = string.IsNullOrEmpty(network?.Ip) ? [] : [network.Ip, .. network.AdditionalIps.Select(ip => ip.Ip)];
            return _addresses[id] = ips;
        }
        catch (CriException e) when (e.IsNotFound)
        {
            return [];
        }
    }

    /// <summary>Null when it vanished since it was listed.</summary>
    private async Task<RuntimeContainer?> DetailsAsync(Container container, CancellationToken ct)
    {
        // What has ended does not change any more, and what runs does not until it ends.
        if (container.State == ContainerState.ContainerExited && _ended.TryGetValue(container.Id, out var ended))
        {
            return ended;
        }
        if (container.State == ContainerState.ContainerRunning && _running.TryGetValue(container.Id, out var running))
        {
            return running;
        }
        try
        {
            var built = Build(container.PodSandboxId, await runtime.ContainerStatusAsync(container.Id, ct));
            switch (built.State)
            {
                case RuntimeState.Running:
                    _running[built.Id] = built;
                    break;
                case RuntimeState.Exited:
                    _running.TryRemove(built.Id, out _);
                    _ended[built.Id] = built;
                    break;
            }
            return built;
        }
        catch (CriException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private RuntimeContainer Build(string sandboxId, ContainerStatus status) => new()
    {
        Id = status.Id,
        SandboxId = sandboxId,
        Name = status.Metadata.Name,
        Attempt = (int)status.Metadata.Attempt,
        State = status.State switch
        {
            ContainerState.ContainerCreated => RuntimeState.Created,
            ContainerState.ContainerRunning => RuntimeState.Running,
            ContainerState.ContainerExited => RuntimeState.Exited,
            _ => RuntimeState.Unknown,
        },
        CreatedAt = Nanoseconds(status.CreatedAt),
        StartedAt = status.StartedAt > 0 ? Nanoseconds(status.StartedAt) : null,
        FinishedAt = status.FinishedAt > 0 ? Nanoseconds(status.FinishedAt) : null,
        ExitCode = status.ExitCode,
        Reason = status.Reason,
        Message = status.State == ContainerState.ContainerExited ? lastWords.Of(status) : status.Message,
        Image = status.Image?.Image ?? "",
        ImageId = status.ImageRef,
        Hash = status.Annotations.GetValueOrDefault(RuntimeLabels.Hash, ""),
        GraceSeconds = long.TryParse(status.Annotations.GetValueOrDefault(RuntimeLabels.GraceSeconds), out var seconds) ? seconds : null,
    };

    private void Own(string id, string uid, long look) =>
        _owners.AddOrUpdate(id, static (_, seen) => seen, static (_, known, seen) => known.Seen > seen.look ? known : seen, (uid, look));

    /// <summary>Drops what was remembered of things that are gone. What a later look has found is not in the lists of this one.</summary>
    private void Forget(IReadOnlyList<PodSandbox> sandboxes, IReadOnlyList<Container> containers, long look)
    {
        var ids = sandboxes.Select(sandbox => sandbox.Id).Concat(containers.Select(container => container.Id)).ToHashSet(StringComparer.Ordinal);
        foreach (var owner in _owners.Where(owner => owner.Value.Seen <= look && !ids.Contains(owner.Key) && _pods.Values.All(entry => !Has(entry.Pod, owner.Key))))
        {
            var id = owner.Key;
            if (!_owners.TryRemove(owner))
            {
                continue; // Seen again meanwhile.
            }
            _ended.TryRemove(id, out _);
            _running.TryRemove(id, out _);
            _addresses.TryRemove(id, out _);
        }
        lock (_storing)
        {
            foreach (var uid in _removed.Where(pod => pod.Value < _relistBefore).Select(pod => pod.Key).ToList())
            {
                _removed.Remove(uid);
            }
            _relistBefore = look; // A look may take as long as from one relist to the next.
        }

        static bool Has(RuntimePod pod, string id) => pod.Containers.Any(container => container.Id == id) || pod.Sandboxes.Any(sandbox => sandbox.Id == id);
    }

    private static string UidOf(Container container) => container.Labels.GetValueOrDefault(RuntimeLabels.PodUid, "");

    private static DateTimeOffset Nanoseconds(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The container runtime does not answer: {Cause}")]
    private static partial void LogUnreachable(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "The container runtime answers")]
    private static partial void LogRecovered(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "The container runtime has no events; it is listed every second")]
    private static partial void LogNoEvents(ILogger log);
}
