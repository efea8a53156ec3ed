using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Kubelet.Cgroups;

namespace Navarch.Kubelet.Pods;

/// <summary>Gives every pod of the node a worker, and every remains of a pod that is no more one that clears it away.</summary>
internal sealed partial class PodWorkers(PodContext context, Informer<Pod> pods, ClassCgroups classes, ILoggerFactory logs) : IAsyncDisposable
{
    private readonly ILogger _log = logs.CreateLogger<PodWorkers>();
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly SemaphoreSlim _orphansMayExist = new(0, 1);
    private CancellationToken _ct;

    /// <summary>Pods that run here, with their newest status.</summary>
    public IReadOnlyList<Pod> Current => [.. _workers.Values.Select(worker => worker.Current)];

    public PodWorker? Find(string uid) => _workers.GetValueOrDefault(uid);

    public async Task RunAsync(CancellationToken ct)
    {
        _ct = ct;
        // Running containers are known before the first pod is looked at: else they would be started a second time.
        await WhenRuntimeSeenAsync(ct);
        classes.Ensure();
        context.Cache.Changed += RuntimeChanged;
        pods.Subscribe(PodChanged);
        await pods.WaitForSyncAsync(ct);
        try
        {
            while (true)
            {
                ClearOrphans();
                await _orphansMayExist.WaitAsync(ct);
            }
        }
        finally
        {
            context.Cache.Changed -= RuntimeChanged;
            pods.Changed -= PodChanged;
            await Task.WhenAll(_running.Keys);
        }
    }

    public ValueTask DisposeAsync()
    {
        _orphansMayExist.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task WhenRuntimeSeenAsync(CancellationToken ct)
    {
        while (!context.Cache.HasSynced)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), context.Time, ct);
        }
    }

    private void PodChanged(Pod? before, Pod? after)
    {
        if (before is null || after is null || before.Status.Phase != after.Status.Phase)
        {
            classes.Update(pods.Snapshot.Items);
        }
        if (after is null)
        {
            Find(before!.Metadata.UID)?.Remove(before);
            return;
        }
        if (_workers.TryGetValue(after.Metadata.UID, out var known))
        {
            known.Update(after);
            return;
        }
        Start(after, isGone: false, Admit(after));
    }

    /// <summary>Only a pod that has never been started can be refused.</summary>
    private Rejection? Admit(Pod pod)
    {
        if (pod.Status.StartTime is not null || pod.Metadata.DeletionTimestamp is not null || context.Cache.Find(pod.Metadata.UID) is not null)
        {
            return null;
        }
        var rejection = Guarantees.Check(pod, Guarantees.HasAppArmor) ?? Admission.Check(pod, _workers.Values.Where(worker => !worker.IsRejected).Select(worker => worker.Current), context.Node.Capacity);
        if (rejection is not null)
        {
            context.Events.Warning(pod, rejection.Reason, rejection.Message);
        }
        return rejection;
    }

    private void RuntimeChanged(string uid)
    {
        if (_workers.TryGetValue(uid, out var worker))
        {
            worker.Wake();
        }
        else if (_orphansMayExist.CurrentCount == 0)
        {
            try
            {
                _orphansMayExist.Release();
            }
            catch (SemaphoreFullException)
            {
                // Two at once are one.
            }
        }
    }

    /// <summary>Sandboxes, directories and logs of pods that the API does not have are remains of a time when nobody looked.</summary>
    private void ClearOrphans()
    {
        var wanted = pods.Snapshot.Items.Select(pod => pod.Metadata.UID).ToHashSet(StringComparer.Ordinal);
        foreach (var runtime in context.Cache.All.Where(pod => !wanted.Contains(pod.Uid) && !_workers.ContainsKey(pod.Uid)))
        {
            LogOrphan(_log, runtime.Namespace, runtime.Name, runtime.Uid);
            Start(Orphan(runtime), isGone: true);
        }
        foreach (var uid in context.Directories.Uids().Where(uid => !wanted.Contains(uid) && !_workers.ContainsKey(uid) && context.Cache.Find(uid) is null))
        {
            try
            {
                context.Logs.RemovePod(uid); // Before the directory, by which alone they are known to be ours.
                context.Volumes.TearDown(uid);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogLeft(_log, uid, e.Message);
            }
        }
        ClearCgroups(wanted);
    }

    private void ClearCgroups(HashSet<string> wanted)
    {
        if (context.Cgroups.Driver != CgroupDriver.Cgroupfs)
        {
            return;
        }
        foreach (var parent in ((string[])["Guaranteed", "Burstable", "BestEffort"]).Select(context.Cgroups.OfClass))
        {
            foreach (var name in context.CgroupTree.Children(parent))
            {
                if (PodCgroups.FindUid(name) is { } uid && !wanted.Contains(uid) && !_workers.ContainsKey(uid) && context.Cache.Find(uid) is null)
                {
                    context.CgroupTree.TryRemove($"{parent}/{name}");
                }
            }
        }
    }

    /// <summary>As much of a pod as its remains tell.</summary>
    private static Pod Orphan(RuntimePod runtime)
    {
        var grace = runtime.Containers.Select(container => container.GraceSeconds).Max();
        return new Pod
        {
            Metadata = new ObjectMeta { Name = runtime.Name, Namespace = runtime.Namespace, UID = runtime.Uid },
            Spec = new PodSpec
            {
                Containers = [.. runtime.Containers.Select(container => container.Name).Distinct().Select(name => new Container { Name = name })],
                TerminationGracePeriodSeconds = grace,
            },
        };
    }

    private void Start(Pod pod, bool isGone, Rejection? rejection = null)
    {
        var worker = new PodWorker(context, pod, rejection, logs.CreateLogger<PodWorker>());
        if (!_workers.TryAdd(pod.Metadata.UID, worker))
        {
            return;
        }
        if (isGone)
        {
            worker.Remove(pod);
        }
        var running = RunAsync(worker, pod);
        _running.TryAdd(running, true);
        // Not waited for: it only takes the task out of the set of those to wait for.
        _ = running.ContinueWith(ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task RunAsync(PodWorker worker, Pod pod)
    {
        await Task.Yield();
        while (!_ct.IsCancellationRequested)
        {
            try
            {
                await worker.RunAsync(_ct);
                break;
            }
            catch (OperationCanceledException) when (_ct.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // One pod that nobody foresaw must not stop the others.
                LogCrashed(_log, PodPlan.Describe(pod), e);
                await Task.Delay(TimeSpan.FromSeconds(10), context.Time, CancellationToken.None);
            }
        }
        _workers.TryRemove(worker.Uid, out _);
        context.Statuses.Forget(worker.Uid);
        await worker.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removing {Namespace}/{Name} ({Uid}), which the API does not have")]
    private static partial void LogOrphan(ILogger log, string @namespace, string name, string uid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Files of pod {Uid} are left: {Cause}")]
    private static partial void LogLeft(ILogger log, string uid, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "The worker of pod {Pod} failed")]
    private static partial void LogCrashed(ILogger log, string pod, Exception error);
}
