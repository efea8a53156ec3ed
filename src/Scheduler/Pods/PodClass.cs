using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Scheduler.Pods;

/// <summary>
/// Everything in a pod that rules about other pods can see. The pods of one template are of one class, so that what was
/// summed up over the cluster for one of them serves the next.
/// </summary>
internal sealed class PodClass(Pod pod) : IEquatable<PodClass>
{
    private readonly PodSpec spec = pod.Spec;
    private readonly Map<string> labels = pod.Metadata.Labels;
    private readonly string @namespace = pod.Metadata.Namespace;

    public bool Equals(PodClass? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && @namespace == other.@namespace
            && labels.Equals(other.labels)
            && spec.NodeSelector.Equals(other.spec.NodeSelector)
            && Equals(spec.Affinity, other.spec.Affinity)
            && Same(spec.Tolerations, other.spec.Tolerations)
            && Same(spec.TopologySpreadConstraints, other.spec.TopologySpreadConstraints));

    public override bool Equals(object? obj) => Equals(obj as PodClass);

    public override int GetHashCode() => HashCode.Combine(@namespace, labels, spec.NodeSelector.Count, spec.Tolerations.Count);

    private static bool Same<T>(IReadOnlyList<T> left, IReadOnlyList<T> right) where T : IEquatable<T>
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!left[i].Equals(right[i]))
            {
                return false;
            }
        }

        return true;
    }
}
