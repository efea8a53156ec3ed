using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler.Snapshots;

/// <summary>What a Node object says, worked out once per change of the object.</summary>
internal sealed class NodeFacts
{
    private const string RegionKey = "topology.kubernetes.io/region";

    private readonly Dictionary<string, long> imageSizes;

    public NodeFacts(Node node)
    {
        Node = node;
        Allocatable = Resources.Of(node.Status.Allocatable);
        PodsMax = node.Status.Allocatable.Find(ResourceName.ResourcePods).WholeValue;
        HardTaints = [.. node.Spec.Taints.Where(taint => taint.Effect is TaintEffect.NoSchedule or TaintEffect.NoExecute)];
        SoftTaints = [.. node.Spec.Taints.Where(taint => taint.Effect == TaintEffect.PreferNoSchedule)];
        Zone = (Labels.Find(RegionKey) ?? "") + "\0" + (Labels.Find(SpreadConstraint.ZoneKey) ?? "");
        imageSizes = new Dictionary<string, long>(node.Status.Images.Count, StringComparer.Ordinal);
        foreach (var image in node.Status.Images)
        {
            foreach (var name in image.Names)
            {
                imageSizes[name] = image.SizeBytes;
            }
        }
    }

    public Node Node { get; }

    public string Name => Node.Metadata.Name;

    public Map<string> Labels => Node.Metadata.Labels;

    public Resources Allocatable { get; }

    public long PodsMax { get; }

    /// <summary>Taints that keep pods away: NoSchedule and NoExecute.</summary>
    public Taint[] HardTaints { get; }

    /// <summary>Taints that only count against the node: PreferNoSchedule.</summary>
    public Taint[] SoftTaints { get; }

    /// <summary>Region and zone in one word; equal for nodes of the same failure domain.</summary>
    public string Zone { get; }

    public IReadOnlyCollection<string> Images => imageSizes.Keys;

    /// <summary>Nothing that rules judge differs. Nodes report often, and mostly that they are still there.</summary>
    public bool IsSameForRules(NodeFacts other) =>
        Node.Spec.Unschedulable == other.Node.Spec.Unschedulable
        && PodsMax == other.PodsMax
        && Allocatable == other.Allocatable
        && Labels.Equals(other.Labels)
        && Node.Spec.Taints.SequenceEqual(other.Node.Spec.Taints);

    /// <summary>Bytes of the image on this node, or 0 when it is not there.</summary>
    public long ImageSize(string name) => imageSizes.GetValueOrDefault(name);
}
