using System.Buffers;
using System.Text.Json;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler;

/// <summary>Changes of pod status that the scheduler makes, as strategic merge patches of what it owns and nothing else.</summary>
internal static class PodStatusPatch
{
    /// <summary>Says that the pod has no node, or null when its status says so already.</summary>
    public static Patch? Of(WriteJob.Explain job, DateTimeOffset now)
    {
        var status = job.Pod.Pod.Status;
        var known = status.Conditions.FirstOrDefault(condition => condition.Type == PodConditionType.PodScheduled);
        var isKnown = known is { Status: ConditionStatus.ConditionFalse } && known.Reason == job.Reason && known.Message == job.Message;
        var nominated = job.NominatedNodeName == status.NominatedNodeName ? null : job.NominatedNodeName;
        if (isKnown && nominated is null)
        {
            return null;
        }

        // The time of transition is that of the status, not of the reason.
        var since = known is { Status: ConditionStatus.ConditionFalse } ? known.LastTransitionTime ?? now : now;
        return Write(
            job.Pod,
            isKnown ? null : new PodCondition
            {
                Type = PodConditionType.PodScheduled,
                Status = ConditionStatus.ConditionFalse,
                Reason = job.Reason,
                Message = job.Message,
                LastTransitionTime = since,
            },
            nominated);
    }

    /// <summary>Says that the pod is evicted for one of higher priority, which job controllers count apart from failures.</summary>
    public static Patch OfVictim(PodInfo victim, string message, DateTimeOffset now) => Write(
        victim,
        new PodCondition
        {
            Type = PodConditionType.DisruptionTarget,
            Status = ConditionStatus.ConditionTrue,
            Reason = "PreemptionByScheduler",
            Message = message,
            LastTransitionTime = now,
        },
        nominatedNodeName: null);

    private static Patch Write(PodInfo pod, PodCondition? condition, string? nominatedNodeName)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteString("uid", pod.Uid); // A successor of the same name must not get this pod's status.
            json.WriteEndObject();
            json.WriteStartObject("status");
            if (nominatedNodeName is { Length: > 0 })
            {
                json.WriteString("nominatedNodeName", nominatedNodeName);
            }
            else if (nominatedNodeName is not null)
            {
                json.WriteNull("nominatedNodeName");
            }

            if (condition is not null)
            {
                json.WriteStartArray("conditions");
                json.WriteStartObject();
                json.WriteString("type", condition.Type);
                json.WriteString("status", condition.Status);
                json.WriteString("reason", condition.Reason);
                json.WriteString("message", condition.Message);
                json.WriteString("lastTransitionTime", condition.LastTransitionTime!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null));
                if (pod.Pod.Metadata.Generation > 0)
                {
                    json.WriteNumber("observedGeneration", pod.Pod.Metadata.Generation);
                }

                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new Patch(PatchKind.StrategicMerge, body.WrittenMemory);
    }
}
