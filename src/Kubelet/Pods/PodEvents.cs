using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Kubelet.Pods;

/// <summary>Reports about pods and containers, in the words people and tools know.</summary>
internal sealed class PodEvents(EventRecorder recorder)
{
    public void Normal(Pod pod, string reason, string message, Container? container = null) => Record(pod, container, "Normal", reason, message);

    public void Warning(Pod pod, string reason, string message, Container? container = null) => Record(pod, container, "Warning", reason, message);

    private void Record(Pod pod, Container? container, string type, string reason, string message)
    {
        var field = container is null ? "" : $"spec.{Kind(pod.Spec, container.Name)}{{{container.Name}}}";
        recorder.Record(EventRecorder.Reference(pod, field), type, reason, message);
    }

    private static string Kind(PodSpec spec, string name) =>
        spec.InitContainers.Any(init => init.Name == name) ? "initContainers"
        : spec.EphemeralContainers.Any(ephemeral => ephemeral.Name == name) ? "ephemeralContainers"
        : "containers";
}
