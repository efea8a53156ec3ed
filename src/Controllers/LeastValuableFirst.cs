using System.Globalization;
using System.Numerics;
using Navarch.Api.Core.V1;

namespace Navarch.Controllers;

/// <summary>
/// The order in which a set gives up pods: first those that do the least (not assigned, not running, not ready), then those that
/// are said to cost the least, then those of which their node has many, then those that have proven themselves least.
/// </summary>
/// <param name="crowding">Number of pods of the same kind on a node, by the node's name.</param>
internal sealed class LeastValuableFirst(DateTimeOffset now, IReadOnlyDictionary<string, int> crowding) : IComparer<Pod>
{
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    public int Compare(Pod? left, Pod? right)
    {
        var (x, y) = (left!, right!);
        return FirstDifference(
            IsAssigned(x).CompareTo(IsAssigned(y)),
            Phase(x).CompareTo(Phase(y)),
            x.IsReady.CompareTo(y.IsReady),
            Cost(x).CompareTo(Cost(y)),
            Crowding(y).CompareTo(Crowding(x)),
            Age(x.ReadySince).CompareTo(Age(y.ReadySince)),
            y.RestartCount.CompareTo(x.RestartCount),
            Age(x.Metadata.CreationTimestamp).CompareTo(Age(y.Metadata.CreationTimestamp)),
            string.CompareOrdinal(x.Metadata.UID, y.Metadata.UID));
    }

    private static int FirstDifference(params ReadOnlySpan<int> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison != 0)
            {
                return comparison;
            }
        }

        return 0;
    }

    private static bool IsAssigned(Pod pod) => pod.Spec.NodeName.Length > 0;

    private static int Phase(Pod pod) => pod.Status.Phase switch
    {
        PodPhase.PodPending => 0,
        PodPhase.PodUnknown => 1,
        _ => 2,
    };

    private static int Cost(Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.Find(CostAnnotation), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private int Crowding(Pod pod) => crowding.GetValueOrDefault(pod.Spec.NodeName);

    // In powers of two: pods of about the same age are equals, or scaling down would always empty the newest node.
    private int Age(DateTimeOffset? since) =>
        since is { } from && now > from ? BitOperations.Log2((ulong)(now - from).Ticks) : -1;
}
