using Navarch.Api.Core.V1;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>
/// Prefers nodes that have the pod's images already. An image counts by its size and by the share of nodes that have it: one that
/// is on a single node must not draw all its pods there.
/// </summary>
internal sealed class ImageLocalityPlugin : IScorePlugin
{
    private const long Megabyte = 1024 * 1024;

    // Below 23 MB in total a pull costs less than an unbalanced cluster; above 1000 MB per container more makes no difference.
    private const long BytesMin = 23 * Megabyte;
    private const long BytesPerContainerMax = 1000 * Megabyte;

    public string Name => "ImageLocality";

    public bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        var spec = pod.Pod.Spec;
        var max = BytesPerContainerMax * (spec.Containers.Count + spec.InitContainers.Count);
        scores.Clear();
        var any = Add(spec.Containers, snapshot, nodes, scores) | Add(spec.InitContainers, snapshot, nodes, scores);
        if (!any)
        {
            return false;
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = (Math.Clamp(scores[i], BytesMin, max) - BytesMin) * IScorePlugin.ScoreMax / (max - BytesMin);
        }

        return true;
    }

    private static bool Add(IReadOnlyList<Container> containers, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        var any = false;
        for (var c = 0; c < containers.Count; c++)
        {
            var image = WithTag(containers[c].Image);
            if (!snapshot.NodesByImage.TryGetValue(image, out var having))
            {
                continue;
            }

            any = true;
            var share = (double)having / snapshot.NodeCount;
            for (var i = 0; i < nodes.Length; i++)
            {
                scores[i] += (long)(nodes[i].Facts.ImageSize(image) * share);
            }
        }

        return any;
    }

    /// <summary>The name nodes report it by: one that ends in neither tag nor digest means the tag <c>latest</c>.</summary>
    private static string WithTag(string image) =>
        image.LastIndexOf(':') <= image.LastIndexOf('/') ? image + ":latest" : image;
}
