using Navarch.Api.Autoscaling.V2;
using V1 = Navarch.Api.Autoscaling.V1;

namespace Navarch.ApiServer.Resources.Autoscaling;

/// <summary>
/// Autoscalers as autoscaling/v1 has them: one figure for the CPU. Everything else a stored one may hold travels in four
/// annotations, so that nothing is lost on the way through this version.
/// </summary>
public sealed class HorizontalPodAutoscalerView(Resource<HorizontalPodAutoscaler> rules) : ResourceView<HorizontalPodAutoscaler, V1.HorizontalPodAutoscaler>(rules)
{
    public override V1.HorizontalPodAutoscaler Show(HorizontalPodAutoscaler value)
    {
        var (spec, status) = (value.Spec, value.Status);
        var annotations = AutoscalerAnnotations.Drop(value.Metadata.Annotations);
        annotations = AutoscalerAnnotations.WithMetrics(annotations, [.. spec.Metrics.Where(static metric => !IsCpu(metric)).Select(AutoscalerMetrics.Show)]);

        // The figure of the CPU is here too: only here is its raw value.
        annotations = AutoscalerAnnotations.WithCurrentMetrics(annotations, [.. status.CurrentMetrics.Select(AutoscalerMetrics.Show)]);
        annotations = AutoscalerAnnotations.WithBehavior(annotations, spec.Behavior);
        annotations = AutoscalerAnnotations.WithConditions(annotations, [.. status.Conditions.Select(static condition => new V1.HorizontalPodAutoscalerCondition
        {
            Type = condition.Type,
            Status = condition.Status,
            LastTransitionTime = condition.LastTransitionTime,
            Reason = condition.Reason,
            Message = condition.Message,
        })]);
        return new V1.HorizontalPodAutoscaler
        {
            Metadata = value.Metadata with { Annotations = annotations },
            Spec = new V1.HorizontalPodAutoscalerSpec
            {
                ScaleTargetRef = AutoscalerMetrics.Show(spec.ScaleTargetRef),
                MinReplicas = spec.MinReplicas,
                MaxReplicas = spec.MaxReplicas,
                TargetCPUUtilizationPercentage = spec.Metrics.LastOrDefault(IsCpu)?.Resource!.Target.AverageUtilization,
            },
            Status = new V1.HorizontalPodAutoscalerStatus
            {
                ObservedGeneration = status.ObservedGeneration,
                LastScaleTime = status.LastScaleTime,
                CurrentReplicas = status.CurrentReplicas,
                DesiredReplicas = status.DesiredReplicas,
                CurrentCPUUtilizationPercentage = status.CurrentMetrics
                    .LastOrDefault(static metric => metric is { Type: MetricSourceType.Resource, Resource: { Name: "cpu", Current.AverageUtilization: not null } })?.Resource!.Current.AverageUtilization,
            },
        };
    }

    public override HorizontalPodAutoscaler Read(V1.HorizontalPodAutoscaler value)
    {
        var (spec, status, annotations) = (value.Spec, value.Status, value.Metadata.Annotations);
        var metrics = AutoscalerAnnotations.Metrics(annotations).Select(AutoscalerMetrics.Read);
        var current = AutoscalerAnnotations.CurrentMetrics(annotations).Select(AutoscalerMetrics.Read).ToArray();
        return new HorizontalPodAutoscaler
        {
            Metadata = value.Metadata with { Annotations = AutoscalerAnnotations.Drop(annotations) },
            Spec = new HorizontalPodAutoscalerSpec
            {
                ScaleTargetRef = AutoscalerMetrics.Read(spec.ScaleTargetRef),
                MinReplicas = spec.MinReplicas,
                MaxReplicas = spec.MaxReplicas,
                Metrics = spec.TargetCPUUtilizationPercentage is { } percentage ? [.. metrics, Cpu(percentage)] : metrics.ToArray(),
                Behavior = AutoscalerAnnotations.Behavior(annotations),
            },
            Status = new HorizontalPodAutoscalerStatus
            {
                ObservedGeneration = status.ObservedGeneration,
                LastScaleTime = status.LastScaleTime,
                CurrentReplicas = status.CurrentReplicas,
                DesiredReplicas = status.DesiredReplicas,
                CurrentMetrics = current.Length == 0 && status.CurrentCPUUtilizationPercentage is { } now ? [CurrentCpu(now)] : current,
                Conditions = [.. AutoscalerAnnotations.Conditions(annotations).Select(static condition => new HorizontalPodAutoscalerCondition
                {
                    Type = condition.Type,
                    Status = condition.Status,
                    LastTransitionTime = condition.LastTransitionTime,
                    Reason = condition.Reason,
                    Message = condition.Message,
                })],
            },
        };
    }

    private static bool IsCpu(MetricSpec metric) => metric is { Type: MetricSourceType.Resource, Resource: { Name: "cpu", Target.AverageUtilization: not null } };

    private static MetricSpec Cpu(int percentage) => new()
    {
        Type = MetricSourceType.Resource,
        Resource = new ResourceMetricSource { Name = "cpu", Target = new MetricTarget { Type = MetricTargetType.UtilizationMetricType, AverageUtilization = percentage } },
    };

    private static MetricStatus CurrentCpu(int percentage) => new()
    {
        Type = MetricSourceType.Resource,
        Resource = new ResourceMetricStatus { Name = "cpu", Current = new MetricValueStatus { AverageUtilization = percentage } },
    };
}
