using Navarch.Api.Core.V1;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Preemption;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>Brings state and queue up to date with what was reported, and wakes the pods it may help.</summary>
internal sealed class ReportHandler(string schedulerName, ClusterState state, SchedulingQueue queue)
{
    public void Handle(Report report)
    {
        switch (report)
        {
            case Report.OfPod pod:
                Handle(pod.After ?? pod.Before!, isGone: pod.After is null);
                break;
            case Report.OfNode { After: { } node }:
                HandleNode(node);
                break;
            case Report.OfNode { Before: { } node }:
                state.RemoveNode(node.Metadata.Name);
                queue.On(new ClusterChange(ClusterChangeKind.NodeRemoved));
                break;
            case Report.OfNamespace of:
                if (state.SetNamespace(of.Name, of.Labels))
                {
                    queue.On(new ClusterChange(ClusterChangeKind.NamespaceChanged));
                }

                break;
            case Report.OfService of:
                state.SetService(of.Namespace, of.Name, of.SelectorBefore, of.SelectorAfter);
                break;
            case Report.OfController of:
                state.SetController(of.Key, of.Pods);
                break;
            case Report.OfBudget of:
                var metadata = (of.After ?? of.Before!).Metadata;
                state.SetBudget($"{metadata.Namespace}/{metadata.Name}", of.After is null ? null : new DisruptionBudget(of.After));
                break;
            case Report.OfBinding { Error: null } of:
                queue.Remove(of.Pod.Uid);
                break;
            case Report.OfBinding of:
                Unassume(of);
                break;
            default:
                throw new InvalidOperationException($"unknown report {report}");
        }
    }

    private void Handle(Pod pod, bool isGone)
    {
        var uid = pod.Metadata.UID;
        if (isGone || pod.Status.Phase is PodPhase.PodSucceeded or PodPhase.PodFailed)
        {
            Remove(uid);
        }
        else if (pod.Spec.NodeName.Length > 0)
        {
            HandlePlaced(new PodInfo(pod));
        }
        else if (pod.Spec.SchedulerName != schedulerName)
        {
            return;
        }
        else if (pod.Metadata.DeletionTimestamp is not null)
        {
            state.Denominate(uid);
            queue.Remove(uid);
        }
        else if (!state.IsAssumed(uid))
        {
            HandlePending(new PodInfo(pod));
        }
    }

    private void HandlePending(PodInfo pod)
    {
        queue.Set(pod);

        // After a restart the room that victims were told to leave is still kept for the pod.
        if (pod.Pod.Status.NominatedNodeName is { Length: > 0 } nominated)
        {
            state.Nominate(pod, nominated);
        }
    }

    private void HandlePlaced(PodInfo pod)
    {
        var before = state.FindPod(pod.Uid);
        state.SetPod(pod);
        state.Denominate(pod.Uid);
        queue.Remove(pod.Uid);
        if (before is null)
        {
            queue.On(new ClusterChange(ClusterChangeKind.PodAdded) { Pod = pod });
            return;
        }

        var (had, has) = (before.Requests, pod.Requests);
        if (has != had && Resources.Max(has, had) == had)
        {
            queue.On(new ClusterChange(ClusterChangeKind.PodShrunk) { Pod = pod });
        }

        if (before.IsTerminating != pod.IsTerminating || !before.Labels.Equals(pod.Labels))
        {
            queue.On(new ClusterChange(ClusterChangeKind.PodChanged) { Pod = pod });
        }
    }

    private void Remove(string uid)
    {
        var placed = state.FindPod(uid);
        state.Denominate(uid);
        state.RemovePod(uid);
        queue.Remove(uid);
        if (placed is not null)
        {
            queue.On(new ClusterChange(ClusterChangeKind.PodRemoved) { Pod = placed });
        }
    }

    private void HandleNode(Node node)
    {
        var before = state.FindNode(node.Metadata.Name)?.Facts;
        state.SetNode(node);
        var after = state.FindNode(node.Metadata.Name)!.Facts;
        if (before is null)
        {
            queue.On(new ClusterChange(ClusterChangeKind.NodeAdded) { Node = after });
        }
        else if (!before.IsSameForRules(after))
        {
            queue.On(new ClusterChange(ClusterChangeKind.NodeChanged) { Node = after, NodeBefore = before });
        }
    }

    /// <summary>A binding failed: the room is free again, and the pod waits for another attempt.</summary>
    private void Unassume(Report.OfBinding of)
    {
        if (state.IsAssumed(of.Pod.Uid))
        {
            state.Forget(of.Pod.Uid);
            queue.On(new ClusterChange(ClusterChangeKind.PodRemoved) { Pod = of.Pod });
        }

        queue.Failed(of.Queued);
    }
}
