using System.Diagnostics.CodeAnalysis;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler.Queue;

/// <summary>
/// Keeps the pods that have no node, and says which to try next: the highest priority first, then the longest waiting. A pod that
/// found no node is tried again when something changed that can help it, not before its pause is over. It has one owner and no lock.
/// </summary>
internal sealed class SchedulingQueue(TimeProvider time)
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(10);

    // No list of what can help is ever complete: nobody waits longer than this for an event.
    private static readonly TimeSpan UnschedulableMax = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, QueuedPod> pods = new(StringComparer.Ordinal); // By UID; all, in flight too.
    private readonly SortedSet<QueuedPod> active = new(Comparer<QueuedPod>.Create(ByPriorityThenAge));
    private readonly SortedSet<QueuedPod> backoff = new(Comparer<QueuedPod>.Create(ByEndOfBackoff));
    private readonly HashSet<QueuedPod> unschedulable = [];
    private DateTimeOffset nextFlush = time.GetUtcNow() + UnschedulableMax;
    private long sequence;

    /// <summary>All pods without a node, including those being placed or bound.</summary>
    public int Count => pods.Count;

    public int ActiveCount => active.Count;

    public int BackoffCount => backoff.Count;

    public int UnschedulableCount => unschedulable.Count;

    /// <summary>When a pod becomes active by time alone. Null when there is none to wait for.</summary>
    public DateTimeOffset? NextWakeup =>
        backoff.Min is { } first ? first.BackoffUntil : unschedulable.Count > 0 ? nextFlush : null;

    public QueuedPod? Find(string uid) => pods.GetValueOrDefault(uid);

    /// <summary>Takes in a pod that has no node, or its newer state.</summary>
    public void Set(PodInfo pod)
    {
        if (!pods.TryGetValue(pod.Uid, out var queued))
        {
            queued = new QueuedPod(pod, sequence++) { Since = time.GetUtcNow() };
            pods.Add(pod.Uid, queued);
            Enter(queued, IsGated(pod) ? QueuePlace.Gated : QueuePlace.Active);
            return;
        }

        var before = queued.Pod;
        var place = queued.Place;
        Leave(queued); // Its priority is part of the order.
        queued.Pod = pod;
        if (place == QueuePlace.InFlight)
        {
            Enter(queued, place);
        }
        else if (IsGated(pod))
        {
            Enter(queued, QueuePlace.Gated);
        }
        else if (place == QueuePlace.Gated)
        {
            Enter(queued, QueuePlace.Active);
        }
        else if (place == QueuePlace.Unschedulable && IsOtherToRules(before.Pod, pod.Pod))
        {
            EnterActiveOrBackoff(queued);
        }
        else
        {
            Enter(queued, place);
        }
    }

    /// <summary>Forgets a pod: it has a node, or is gone. Unknown pods are no error.</summary>
    public void Remove(string uid)
    {
        if (pods.Remove(uid, out var queued))
        {
            Leave(queued);
        }
    }

    /// <summary>The next pod to try, which is in flight from now on. Ends with <see cref="Remove"/>, <see cref="Refused"/> or <see cref="Failed"/>.</summary>
    public bool TryPop([MaybeNullWhen(false)] out QueuedPod next)
    {
        EndPauses();

        // With nothing else to do, a pod that something may have helped need not sit out its pause; one that failed must.
        next = active.Min ?? FirstToWakeEarly();
        if (next is null)
        {
            return false;
        }

        Leave(next);
        next.Attempts++;
        Enter(next, QueuePlace.InFlight);
        return true;
    }

    /// <summary>No node would have the pod. It waits for a change that one of the refusing rules is interested in.</summary>
    public void Refused(QueuedPod pod, IReadOnlyList<IFilterPlugin> by)
    {
        if (IsCurrent(pod))
        {
            EndAttempt(pod, hasFailed: false);
            pod.RefusedBy = by;
            Enter(pod, IsGated(pod.Pod) ? QueuePlace.Gated : QueuePlace.Unschedulable);
        }
    }

    /// <summary>An attempt ended by an error. The pod is tried again after a pause.</summary>
    public void Failed(QueuedPod pod)
    {
        if (IsCurrent(pod))
        {
            EndAttempt(pod, hasFailed: true);
            Enter(pod, QueuePlace.Backoff);
        }
    }

    /// <summary>Wakes the pods that <paramref name="change"/> may help.</summary>
    public void On(in ClusterChange change)
    {
        List<QueuedPod>? helped = null;
        foreach (var pod in unschedulable)
        {
            if (MayHelp(pod, change))
            {
                helped ??= [];
                helped.Add(pod);
            }
        }

        foreach (var pod in helped ?? [])
        {
            Leave(pod);
            EnterActiveOrBackoff(pod);
        }
    }

    private static int ByPriorityThenAge(QueuedPod a, QueuedPod b)
    {
        var order = b.Pod.Priority.CompareTo(a.Pod.Priority);
        order = order != 0 ? order : a.Since.CompareTo(b.Since);
        return order != 0 ? order : a.Sequence.CompareTo(b.Sequence);
    }

    private static int ByEndOfBackoff(QueuedPod a, QueuedPod b)
    {
        var order = a.BackoffUntil.CompareTo(b.BackoffUntil);
        return order != 0 ? order : a.Sequence.CompareTo(b.Sequence);
    }

    private static bool IsGated(PodInfo pod) => pod.Pod.Spec.SchedulingGates.Count > 0;

    private static bool MayHelp(QueuedPod pod, in ClusterChange change)
    {
        if (pod.RefusedBy.Count == 0)
        {
            return change.IsNode; // There was no node at all.
        }

        foreach (var plugin in pod.RefusedBy)
        {
            if (plugin.MayHelp(pod.Pod, change))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What rules judge has changed, and not just what is reported about the pod (such as why it is pending).</summary>
    private static bool IsOtherToRules(Pod before, Pod after) =>
        !ReferenceEquals(before.Spec, after.Spec) && !before.Spec.Equals(after.Spec)
        || !before.Metadata.Labels.Equals(after.Metadata.Labels);

    // A pod that was removed while in flight, or removed and created anew, is no longer this one.
    private bool IsCurrent(QueuedPod pod) => pods.TryGetValue(pod.Pod.Uid, out var current) && ReferenceEquals(current, pod);

    private void EndAttempt(QueuedPod pod, bool hasFailed)
    {
        pod.Since = time.GetUtcNow();
        pod.HasFailed = hasFailed;
        var doublings = Math.Min(pod.Attempts - 1, 10);
        var pause = BackoffMin * (1 << Math.Max(doublings, 0));
        pod.BackoffUntil = pod.Since + (pause < BackoffMax ? pause : BackoffMax);
    }

    private void EnterActiveOrBackoff(QueuedPod pod) =>
        Enter(pod, pod.BackoffUntil <= time.GetUtcNow() ? QueuePlace.Active : QueuePlace.Backoff);

    private void EndPauses()
    {
        if (backoff.Count == 0 && unschedulable.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        while (backoff.Min is { } first && first.BackoffUntil <= now)
        {
            Leave(first);
            Enter(first, QueuePlace.Active);
        }

        if (now >= nextFlush)
        {
            foreach (var pod in unschedulable.Where(pod => now - pod.Since >= UnschedulableMax).ToList())
            {
                Leave(pod);
                Enter(pod, QueuePlace.Active);
            }

            nextFlush = now + (UnschedulableMax / 10);
        }
    }

    private QueuedPod? FirstToWakeEarly()
    {
        foreach (var pod in backoff)
        {
            if (!pod.HasFailed)
            {
                return pod;
            }
        }

        return null;
    }

    private void Enter(QueuedPod pod, QueuePlace place)
    {
        pod.Place = place;
        switch (place)
        {
            case QueuePlace.Active:
                active.Add(pod);
                break;
            case QueuePlace.Backoff:
                backoff.Add(pod);
                break;
            case QueuePlace.Unschedulable:
                unschedulable.Add(pod);
                break;
            default:
                break;
        }
    }

    private void Leave(QueuedPod pod)
    {
        switch (pod.Place)
        {
            case QueuePlace.Active:
                active.Remove(pod);
                break;
            case QueuePlace.Backoff:
                backoff.Remove(pod);
                break;
            case QueuePlace.Unschedulable:
                unschedulable.Remove(pod);
                break;
            default:
                break;
        }
    }
}
