using Navarch.Api.Core.V1;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Bench;

/// <summary>
/// The same rules and the wishes that matter here, written as one would first: every node is asked and rated, and whatever is to
/// be known about pods is counted by looking at all of them.
/// </summary>
internal sealed class NaiveScheduler(IReadOnlyList<NodeInfo> nodes)
{
    private readonly Dictionary<string, (Node Node, List<Pod> Pods)> cluster =
        nodes.ToDictionary(node => node.Name, node => (node.Facts.Node, node.Pods.Select(pod => pod.Pod).ToList()));

    public void Place(Pod pod)
    {
        var requests = PodRequests.Of(pod);
        var best = cluster.Values
            .Where(node => !node.Node.Spec.Unschedulable && node.Node.Spec.Taints.Count == 0)
            .Where(node => node.Pods.Count < Amount(node.Node, "pods"))
            .Where(node => node.Pods.Sum(other => PodRequests.Of(other).MilliCpu) + requests.MilliCpu <= Amount(node.Node, "cpu") * 1000)
            .Where(node => node.Pods.Sum(other => PodRequests.Of(other).Memory) + requests.Memory <= Amount(node.Node, "memory"))
            .Where(node => pod.Spec.TopologySpreadConstraints.All(constraint => IsSpread(pod, node.Node, constraint)))
            .Where(node => (pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
                .All(term => !node.Pods.Any(other => IsLike(pod, other))))
            .OrderByDescending(node => Rate(pod, node))
            .First();
        best.Pods.Add(pod);
    }

    private static bool IsLike(Pod pod, Pod other) =>
        other.Metadata.Namespace == pod.Metadata.Namespace && other.Metadata.Labels.Find("app") == pod.Metadata.Labels.Find("app");

    private static long Amount(Node node, string name) => node.Status.Allocatable.Find(name).WholeValue;

    private static long Rate(Pod pod, (Node Node, List<Pod> Pods) node)
    {
        var cpu = (node.Pods.Sum(other => PodRequests.ForScoring(other).MilliCpu) + 100.0) / (Amount(node.Node, "cpu") * 1000);
        var memory = node.Pods.Sum(other => PodRequests.ForScoring(other).Memory) / (double)Amount(node.Node, "memory");
        var siblings = node.Pods.Count(other => IsLike(pod, other));
        return (long)(((1 - cpu + 1 - memory) / 2 * 100) + ((1 - (Math.Abs(cpu - memory) / 2)) * 100) - (siblings * 200));
    }

    private bool IsSpread(Pod pod, Node node, TopologySpreadConstraint constraint)
    {
        var counts = cluster.Values
            .GroupBy(other => other.Node.Metadata.Labels.Find(constraint.TopologyKey))
            .ToDictionary(zone => zone.Key!, zone => zone.Sum(other => other.Pods.Count(p => IsLike(pod, p))));
        return counts[node.Metadata.Labels.Find(constraint.TopologyKey)!] + 1 - counts.Values.Min() <= constraint.MaxSkew;
    }
}
