using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Scheduler.Matching;

namespace Navarch.Scheduler.Pods;

/// <summary>A pod with everything that rules ask of it worked out once. Immutable; equal when the pod is the same object.</summary>
internal sealed class PodInfo
{
    private PodClass? podClass;

    public PodInfo(Pod pod)
    {
        Pod = pod;
        Requests = PodRequests.Of(pod);
        var assumed = PodRequests.AreStated(pod) ? Requests : PodRequests.ForScoring(pod);
        (ScoredMilliCpu, ScoredMemory) = (assumed.MilliCpu, assumed.Memory);
        RequiredNodes = RequiredNodes.Of(pod.Spec);
        HostPorts = HostPort.Of(pod.Spec);
        Affinity = AffinityTerms.Of(pod);
        SpreadConstraints = pod.Spec.TopologySpreadConstraints.Count == 0
            ? []
            : [.. pod.Spec.TopologySpreadConstraints.Select(constraint => new SpreadConstraint(constraint, pod.Metadata.Labels))];
    }

    public Pod Pod { get; }

    public string Uid => Pod.Metadata.UID;

    public string Namespace => Pod.Metadata.Namespace;

    public string Name => Pod.Metadata.Name;

    public Map<string> Labels => Pod.Metadata.Labels;

    public int Priority => Pod.Spec.Priority ?? 0;

    public bool IsTerminating => Pod.Metadata.DeletionTimestamp is not null;

    /// <summary>What must be free on a node.</summary>
    public Resources Requests { get; }

    /// <summary>CPU the pod is taken to use when nodes are rated, in thousandths; never zero for a container that states none.</summary>
    public long ScoredMilliCpu { get; }

    /// <summary>Memory the pod is taken to use when nodes are rated, in bytes.</summary>
    public long ScoredMemory { get; }

    /// <summary>The nodes the pod insists on, or null when any will do.</summary>
    public RequiredNodes? RequiredNodes { get; }

    public HostPort[] HostPorts { get; }

    /// <summary>Wishes about the company of other pods, or null when there are none.</summary>
    public AffinityTerms? Affinity { get; }

    public SpreadConstraint[] SpreadConstraints { get; }

    /// <summary>What the pod has in common with others of its template. Made when first asked for: most pods never are.</summary>
    public PodClass Class => podClass ??= new PodClass(Pod);

    /// <summary>The owner that controls the pod, such as its ReplicaSet.</summary>
    public OwnerReference? Controller
    {
        get
        {
            foreach (var owner in Pod.Metadata.OwnerReferences)
            {
                if (owner.Controller == true)
                {
                    return owner;
                }
            }

            return null;
        }
    }

    public override string ToString() => $"{Namespace}/{Name}";
}
