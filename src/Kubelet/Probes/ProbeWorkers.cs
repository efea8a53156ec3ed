using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Probes;

/// <summary>
/// Runs the probes of one pod's containers, each at its own pace, and keeps their results. Every run of a container is
/// probed anew; a run that was ready before the kubelet restarted stays ready until its probe says otherwise.
/// </summary>
internal sealed class ProbeWorkers(Prober prober, PodEvents events, TimeProvider time, Action changed) : IAsyncDisposable
{
    private readonly Lock _guard = new();
    private readonly Dictionary<(string Id, ProbeKind Kind), (CancellationTokenSource Stop, Task Running)> _workers = [];
    private ImmutableDictionary<string, ProbeResults> _results = ImmutableDictionary<string, ProbeResults>.Empty;

    public ImmutableDictionary<string, ProbeResults> Results
    {
        get
        {
            lock (_guard)
            {
                return _results;
            }
        }
    }

    /// <summary>Starts probes of containers that have started and stops those of containers that have not.</summary>
    /// <param name="isEnding">The pod is being stopped: only readiness is still of interest.</param>
    public void Update(Pod pod, RuntimePod runtime, bool isEnding)
    {
        var wanted = new HashSet<(string, ProbeKind)>();
        foreach (var container in pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(RestartRules.IsSidecar)))
        {
            if (runtime.Find(container.Name) is not { State: RuntimeState.Running } run)
            {
                continue;
            }
            var podIP = pod.Spec.HostNetwork ? pod.Status.HostIP : runtime.Sandbox?.IPs.FirstOrDefault() ?? "";
            foreach (var (kind, probe) in ProbesOf(container))
            {
                if (!isEnding || kind == ProbeKind.Readiness)
                {
                    wanted.Add((run.Id, kind));
                    Start(pod, container, run, kind, probe, podIP);
                }
            }
        }
        lock (_guard)
        {
            foreach (var key in _workers.Keys.Where(key => !wanted.Contains(key)).ToList())
            {
                _workers.Remove(key, out var worker);
                worker.Stop.Cancel(); // It ends by itself; nothing waits for it.
            }
            _results = _results.RemoveRange(_results.Keys.Where(id => wanted.All(key => key.Item1 != id)).ToList());
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<(CancellationTokenSource Stop, Task Running)> all;
        lock (_guard)
        {
            all = [.. _workers.Values];
            _workers.Clear();
        }
        foreach (var (stop, running) in all)
        {
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        }
    }

    private static IEnumerable<(ProbeKind Kind, Probe Probe)> ProbesOf(Container container)
    {
        if (container.StartupProbe is { } startup)
        {
            yield return (ProbeKind.Startup, startup);
        }
        if (container.LivenessProbe is { } liveness)
        {
            yield return (ProbeKind.Liveness, liveness);
        }
        if (container.ReadinessProbe is { } readiness)
        {
            yield return (ProbeKind.Readiness, readiness);
        }
    }

    private void Start(Pod pod, Container container, RuntimeContainer run, ProbeKind kind, Probe probe, string podIP)
    {
        lock (_guard)
        {
            if (_workers.ContainsKey((run.Id, kind)))
            {
                return;
            }
            if (!_results.ContainsKey(run.Id))
            {
                _results = _results.Add(run.Id, Adopted(pod, container, run));
            }
            var stop = new CancellationTokenSource();
            _workers[(run.Id, kind)] = (stop, RunAsync(pod, container, run, kind, probe, podIP, stop.Token));
        }
    }

    /// <summary>What the status says of this very run, so that a restart of the kubelet does not make it unready.</summary>
    private static ProbeResults Adopted(Pod pod, Container container, RuntimeContainer run)
    {
        var status = pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).FirstOrDefault(status => status.Name == container.Name);
        return status is not null && status.ContainerID.EndsWith("://" + run.Id, StringComparison.Ordinal)
            ? new ProbeResults(status.Started == true ? true : null, null, status.Ready ? true : null)
            : ProbeResults.None;
    }

    private async Task RunAsync(Pod pod, Container container, RuntimeContainer run, ProbeKind kind, Probe probe, string podIP, CancellationToken ct)
    {
        await Task.Yield();
        var period = Waits.Seconds(Math.Max(1, probe.PeriodSeconds));
        var counter = new ProbeCounter(probe, kind);
        try
        {
            var firstAt = (run.StartedAt ?? run.CreatedAt) + Waits.Seconds(probe.InitialDelaySeconds);
            await Waits.DelayAsync(firstAt - time.GetUtcNow(), time, ct);
            while (!ct.IsCancellationRequested)
            {
                var isStarted = container.StartupProbe is null || Get(run.Id).Startup == true;
                if (kind == ProbeKind.Startup ? Get(run.Id).Startup == true : !isStarted)
                {
                    if (kind == ProbeKind.Startup)
                    {
                        return; // It has started, once and for all.
                    }
                    await WhenStartedAsync(run.Id, ct);
                    continue;
                }
                var outcome = await prober.ProbeAsync(probe, container, run.Id, podIP, ct);
                if (!outcome.IsSuccess)
                {
                    var verb = outcome.Error ? "errored" : "failed";
                    events.Warning(pod, "Unhealthy", $"{kind} probe {verb}: {outcome.Message}", container);
                }
                if (counter.Count(outcome.IsSuccess) is { } result)
                {
                    Set(run.Id, kind, result);
                    if (!result && kind != ProbeKind.Readiness)
                    {
                        return; // The container will be stopped; its next run is probed anew.
                    }
                }
                await Waits.DelayAsync(period, time, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The container ended.
        }
    }

    private ProbeResults Get(string id)
    {
        lock (_guard)
        {
            return _results.GetValueOrDefault(id, ProbeResults.None);
        }
    }

    private TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WhenStartedAsync(string id, CancellationToken ct)
    {
        Task started;
        lock (_guard)
        {
            if (_results.GetValueOrDefault(id)?.Startup == true)
            {
                return;
            }
            started = _started.Task;
        }
        await started.WaitAsync(ct);
    }

    private void Set(string id, ProbeKind kind, bool result)
    {
        lock (_guard)
        {
            if (!_results.TryGetValue(id, out var before))
            {
                return; // The run is over.
            }
            var after = kind switch
            {
                ProbeKind.Startup => before with { Startup = result },
                ProbeKind.Liveness => before with { Liveness = result },
                _ => before with { Readiness = result },
            };
            if (after == before)
            {
                return;
            }
            _results = _results.SetItem(id, after);
            if (kind == ProbeKind.Startup)
            {
                _started.TrySetResult();
                _started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
        changed();
    }
}
