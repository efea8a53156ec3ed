using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Probes;
using Navarch.Kubelet.Volumes;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// Keeps one pod as its object says: sees, plans, does one step, and begins again. Between steps, and while a long one
/// runs, it goes on seeing, so that the status is always of now and a deletion interrupts a pull.
/// </summary>
internal sealed partial class PodWorker : IAsyncDisposable
{
    // After a step that failed in a way nobody foresaw.
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly PodContext _context;
    private readonly ILogger _log;
    private readonly PodExecutor _executor;
    private readonly ProbeWorkers _probes;
    private readonly SemaphoreSlim _news = new(0, 1);

    private readonly Lock _guard = new();
    private Pod _pod;
    private bool _isGone;
    private bool _volumesChanged;

    private PodStatus? _published;
    private PodMemory _memory;
    private DateTimeOffset? _retryAt;

    /// <param name="rejection">Why the pod may not run here, if it may not.</param>
    public PodWorker(PodContext context, Pod pod, Rejection? rejection, ILogger log)
    {
        _context = context;
        _pod = pod;
        _log = log;
        _memory = PodMemory.Empty with { Rejection = rejection };
        _executor = new PodExecutor(context, VolumesChanged);
        _probes = new ProbeWorkers(context.Prober, context.Events, context.Time, Wake);
    }

    /// <summary>The pod takes no room here.</summary>
    public bool IsRejected => _memory.Rejection is not null;

    public string Uid => _pod.Metadata.UID;

    /// <summary>The pod's object changed.</summary>
    public void Update(Pod pod)
    {
        lock (_guard)
        {
            if (_pod.Metadata.Labels != pod.Metadata.Labels || _pod.Metadata.Annotations != pod.Metadata.Annotations)
            {
                Volatile.Write(ref _volumesChanged, true); // They may be files of the pod.
            }
            _pod = pod;
        }
        Wake();
    }

    /// <summary>The API no longer has the pod.</summary>
    /// <param name="last">As it was at its end, which may say how long it has to stop.</param>
    public void Remove(Pod last)
    {
        lock (_guard)
        {
            _pod = last;
            _isGone = true;
        }
        Wake();
    }

    /// <summary>Something the pod depends on may have changed.</summary>
    public void Wake()
    {
        try
        {
            if (_news.CurrentCount == 0)
            {
                _news.Release();
            }
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Two at once are one; one after the end is none.
        }
    }

    /// <summary>The pod as it is now, with the newest status, published or not.</summary>
    public Pod Current => View().Pod;

    /// <summary>Ends when nothing of the pod is left and the API no longer has it, or by cancellation, which leaves all as it is.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        Step? step = null;
        try
        {
            while (true)
            {
                if (step?.Done.IsCompleted == true)
                {
                    await FinishAsync(step, ct);
                    step = null;
                }

                await RefreshVolumesAsync(step is null, ct);
                var seen = View();
                _probes.Update(seen.Pod, seen.Runtime, seen.MustEnd);
                // With what new probes adopted: a ready pod must not look unready because the kubelet is new.
                var view = seen with { Probes = _probes.Results };
                var plan = PodPlan.Make(view);
                Publish(view);
                if (view.IsGone && plan.Actions.Count == 0 && step is null && view.Runtime.IsEmpty)
                {
                    return;
                }

                if (step is null && plan.Actions.Count > 0 && !IsWaiting)
                {
                    step = Begin(plan.Actions[0], view, ct);
                    continue; // The first look at a step in progress: it may be done already.
                }
                if (step is not null && IsMoreUrgent(plan, step.Action))
                {
                    await step.Cancel.CancelAsync();
                }
                await WaitAsync(step, Earliest(plan.WakeAt, _retryAt, _executor.RefreshAt), ct);
            }
        }
        finally
        {
            if (step is not null)
            {
                await step.Cancel.CancelAsync();
                await ((Task)step.Done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                step.Cancel.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _probes.DisposeAsync();
        await _executor.DisposeAsync();
        _news.Dispose();
    }

    private bool IsWaiting => _retryAt is { } at && at > _context.Time.GetUtcNow();

    private PodView View()
    {
        Pod pod;
        bool isGone;
        lock (_guard)
        {
            (pod, isGone) = (_pod, _isGone);
        }
        // What was published last is newer than what the API has told: times and phases go on from there.
        if (_published is { } status)
        {
            pod = pod with
            {
                Status = status with
                {
                    Conditions = [.. status.Conditions.Where(c => PodConditions.IsOwned(c.Type)), .. pod.Status.Conditions.Where(c => !PodConditions.IsOwned(c.Type))],
                },
            };
        }
        var runtime = _context.Cache.Find(pod.Metadata.UID) ?? RuntimePod.None(pod.Metadata.UID, pod.Metadata.Namespace, pod.Metadata.Name);
        return new PodView(pod, isGone, runtime, _memory, _probes.Results, _context.Time.GetUtcNow());
    }

    private void Publish(PodView view)
    {
        // An object that was deleted for good has no status any more.
        if (view.IsGone || view.Memory.IsObjectDeleted)
        {
            return;
        }
        var status = PodStatusView.Compute(view, _context.HostIPs, _context.RuntimeName());
        if (_published != status)
        {
            _published = status;
        }
        Pod pod;
        lock (_guard)
        {
            pod = _pod;
        }
        _context.Statuses.Publish(pod, status);
    }

    private Step Begin(PodAction action, PodView view, CancellationToken ct)
    {
        if (action is PodAction.StopPod stop)
        {
            _memory = _memory with { StopGrace = stop.Grace };
        }
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(ct);
        return new Step(action, cancel, _executor.ExecuteAsync(action, view, cancel.Token));
    }

    private async Task FinishAsync(Step step, CancellationToken ct)
    {
        _retryAt = null;
        try
        {
            _memory = (await step.Done)(_memory);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Something more urgent came.
        }
        catch (Exception e) when (e is CriException or ApiException or IOException or UnauthorizedAccessException || (e.IsTransient && !ct.IsCancellationRequested))
        {
            LogStepFailed(_log, step.Action.GetType().Name, PodPlan.Describe(_pod), e.Message);
            _retryAt = _context.Time.GetUtcNow() + RetryDelay;
        }
        step.Cancel.Dispose();
        try
        {
            await _context.Cache.RefreshAsync(Uid, ct);
        }
        catch (CriException)
        {
            // Without knowing what the step brought no other may follow: it could start a container twice.
            _retryAt = _context.Time.GetUtcNow() + RetryDelay;
        }
    }

    private async Task RefreshVolumesAsync(bool isIdle, CancellationToken ct)
    {
        var isDue = _executor.RefreshAt is { } at && at <= _context.Time.GetUtcNow();
        if (!isIdle || !_memory.IsSetUp || (!isDue && !Volatile.Read(ref _volumesChanged)))
        {
            if (!_memory.IsSetUp && Volatile.Read(ref _volumesChanged))
            {
                // What was missing may be there now: no need to wait.
                Volatile.Write(ref _volumesChanged, false);
                _memory = _memory with { Obstacle = _memory.Obstacle is { } obstacle ? obstacle with { RetryAt = _context.Time.GetUtcNow() } : null };
            }
            return;
        }
        Volatile.Write(ref _volumesChanged, false);
        try
        {
            await _executor.RefreshVolumesAsync(View(), ct);
        }
        catch (VolumeException e)
        {
            LogStepFailed(_log, "RefreshVolumes", PodPlan.Describe(_pod), e.Message);
        }
        // A container that waits for its configuration can be tried with the new one.
        var now = _context.Time.GetUtcNow();
        foreach (var (name, failure) in _memory.Failures.Where(failure => failure.Value.Reason == Reasons.CreateContainerConfigError))
        {
            _memory = _memory with { Failures = _memory.Failures.SetItem(name, failure with { At = now - failure.Delay }) };
        }
    }

    private void VolumesChanged()
    {
        Volatile.Write(ref _volumesChanged, true);
        Wake();
    }

    /// <summary>A pod that must end does not wait for a start, and one that must end sooner not for a slower stop.</summary>
    private static bool IsMoreUrgent(PodPlan plan, PodAction current) => plan.Actions.FirstOrDefault() switch
    {
        PodAction.StopPod next => current is PodAction.StopPod now
            ? next.Grace < now.Grace
            : current is PodAction.StartContainer or PodAction.StartSandbox or PodAction.StopContainer,
        PodAction.StopSandbox or PodAction.RemoveSandbox or PodAction.TearDown or PodAction.DeleteObject =>
            current is PodAction.StartContainer or PodAction.SetUp,
        _ => false,
    };

    private async Task WaitAsync(Step? step, DateTimeOffset? until, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var waits = new List<Task> { _news.WaitAsync(stop.Token) };
        if (step is not null)
        {
            waits.Add(step.Done);
        }
        if (until is { } at)
        {
            var delay = at - _context.Time.GetUtcNow();
            waits.Add(Task.Delay(Waits.Timer(delay), _context.Time, stop.Token));
        }
        await Task.WhenAny(waits);
        ct.ThrowIfCancellationRequested();
        if (!waits[0].IsCompleted)
        {
            // News that come just now would be lost with this wait: then they count as come.
            await stop.CancelAsync();
            await waits[0].ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            await stop.CancelAsync();
        }
    }

    private static DateTimeOffset? Earliest(params ReadOnlySpan<DateTimeOffset?> times)
    {
        DateTimeOffset? earliest = null;
        foreach (var time in times)
        {
            if (time is { } at && (earliest is null || at < earliest))
            {
                earliest = at;
            }
        }
        return earliest;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Step} of pod {Pod} failed: {Cause}")]
    private static partial void LogStepFailed(ILogger log, string step, string pod, string cause);

    private sealed record Step(PodAction Action, CancellationTokenSource Cancel, Task<Func<PodMemory, PodMemory>> Done);
}
