using System.Globalization;
using Navarch.Api;
using Navarch.Api.Autoscaling.V2;

namespace Navarch.ApiServer.Resources.Autoscaling;

/// <summary>What an autoscaler sees and what it wants, in one cell: <c>cpu: 42%/80%</c>.</summary>
internal static class AutoscalerTargets
{
    private const int ShownMax = 2;

    public static string Text(HorizontalPodAutoscaler value)
    {
        if (value.Spec.Metrics.Count == 0)
        {
            return Cells.None;
        }

        var shown = value.Spec.Metrics.Take(ShownMax).Select((metric, i) => Metric(metric, i < value.Status.CurrentMetrics.Count ? value.Status.CurrentMetrics[i] : null));
        var text = string.Join(", ", shown);
        return value.Spec.Metrics.Count > ShownMax
            ? string.Create(CultureInfo.InvariantCulture, $"{text} + {value.Spec.Metrics.Count - ShownMax} more...")
            : text;
    }

    private static string Metric(MetricSpec metric, MetricStatus? status) => metric switch
    {
        { Pods: { } pods } => $"{Value(status?.Pods?.Current.AverageValue)}/{Value(pods.Target.AverageValue)}",
        { Object: { } o } => Either(o.Target, status?.Object?.Current),
        { External: { } external } => Either(external.Target, status?.External?.Current),
        { Resource: { } resource } => Resource(resource.Name, resource.Target, status?.Resource?.Current),
        { ContainerResource: { } container } => Resource(container.Name, container.Target, status?.ContainerResource?.Current),
        _ => "<unknown type>",
    };

    private static string Either(MetricTarget target, MetricValueStatus? current) => target.AverageValue is { } average
        ? $"{Value(current?.AverageValue)}/{average} (avg)"
        : $"{Value(current?.Value)}/{Value(target.Value)}";

    private static string Resource(string name, MetricTarget target, MetricValueStatus? current)
    {
        if (target.AverageValue is { } average)
        {
            return $"{name}: {Value(current?.AverageValue)}/{average}";
        }

        var seen = current?.AverageUtilization is { } utilization ? Cells.Number(utilization) + "%" : Cells.Unknown;
        var wanted = target.AverageUtilization is { } goal ? Cells.Number(goal) + "%" : "<auto>";
        return $"{name}: {seen}/{wanted}";
    }

    private static string Value(Quantity? value) => value?.ToString() ?? Cells.Unknown;
}
