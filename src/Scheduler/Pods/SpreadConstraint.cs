using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Pods;

/// <summary>How evenly the selected pods are to lie over the values of one node label.</summary>
internal sealed class SpreadConstraint
{
    public const string HostnameKey = "kubernetes.io/hostname";
    public const string ZoneKey = "topology.kubernetes.io/zone";

    private readonly bool honorsAffinity;
    private readonly bool honorsTaints;

    public SpreadConstraint(TopologySpreadConstraint constraint, Map<string> ownLabels)
    {
        TopologyKey = constraint.TopologyKey;
        SkewMax = constraint.MaxSkew;
        DomainsMin = constraint.MinDomains ?? 1;
        IsRequired = constraint.WhenUnsatisfiable != UnsatisfiableConstraintAction.ScheduleAnyway;
        honorsAffinity = constraint.NodeAffinityPolicy is null or NodeInclusionPolicy.Honor;
        honorsTaints = constraint.NodeTaintsPolicy is NodeInclusionPolicy.Honor;
        var pods = LabelPredicate.Of(constraint.LabelSelector);
        foreach (var key in constraint.MatchLabelKeys)
        {
            if (ownLabels.Find(key) is { } value)
            {
                pods = pods.And(new LabelRequirement(key, LabelOperator.In, [value]));
            }
        }

        Pods = pods;
    }

    /// <summary>A wish, not a rule, for pods that state none themselves.</summary>
    public SpreadConstraint(string topologyKey, int skewMax, LabelPredicate pods)
    {
        (TopologyKey, SkewMax, Pods) = (topologyKey, skewMax, pods);
        DomainsMin = 1;
        honorsAffinity = true;
    }

    public string TopologyKey { get; }

    /// <summary>By how many pods the fullest domain may exceed the emptiest.</summary>
    public int SkewMax { get; }

    /// <summary>With fewer domains than this, the emptiest domain counts as holding no pod.</summary>
    public int DomainsMin { get; }

    /// <summary>A rule that nodes are refused by, rather than a wish that they are rated by.</summary>
    public bool IsRequired { get; }

    public LabelPredicate Pods { get; }

    /// <summary>Whether the pods of <paramref name="node"/> count, seen from <paramref name="pod"/>.</summary>
    public bool Includes(NodeFacts node, PodInfo pod) =>
        (!honorsAffinity || pod.RequiredNodes is null || pod.RequiredNodes.Matches(node))
        && (!honorsTaints || pod.Pod.Spec.Tolerations.TolerateAll(node.HardTaints));
}
