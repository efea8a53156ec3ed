using Navarch.Api;
using Navarch.Api.Autoscaling.V2;
using V1 = Navarch.Api.Autoscaling.V1;

namespace Navarch.ApiServer.Resources.Autoscaling;

/// <summary>Metrics of autoscalers between the stored version, which has one form of target for all, and autoscaling/v1, which has a field for each.</summary>
internal static class AutoscalerMetrics
{
    public static V1.CrossVersionObjectReference Show(CrossVersionObjectReference value) => new() { Kind = value.Kind, Name = value.Name, APIVersion = value.APIVersion };

    public static CrossVersionObjectReference Read(V1.CrossVersionObjectReference value) => new() { Kind = value.Kind, Name = value.Name, APIVersion = value.APIVersion };

    public static V1.MetricSpec Show(MetricSpec value) => new()
    {
        Type = value.Type,
        Object = value.Object is not { } item ? null : new V1.ObjectMetricSource
        {
            Target = Show(item.DescribedObject),
            MetricName = item.Metric.Name,
            Selector = item.Metric.Selector,
            TargetValue = item.Target.Value ?? default,
            AverageValue = item.Target.AverageValue,
        },
        Pods = value.Pods is not { } pods ? null : new V1.PodsMetricSource
        {
            MetricName = pods.Metric.Name,
            Selector = pods.Metric.Selector,
            TargetAverageValue = pods.Target.AverageValue ?? default,
        },
        Resource = value.Resource is not { } resource ? null : new V1.ResourceMetricSource
        {
            Name = resource.Name,
            TargetAverageUtilization = resource.Target.AverageUtilization,
            TargetAverageValue = resource.Target.AverageValue,
        },
        ContainerResource = value.ContainerResource is not { } container ? null : new V1.ContainerResourceMetricSource
        {
            Name = container.Name,
            Container = container.Container,
            TargetAverageUtilization = container.Target.AverageUtilization,
            TargetAverageValue = container.Target.AverageValue,
        },
        External = value.External is not { } external ? null : new V1.ExternalMetricSource
        {
            MetricName = external.Metric.Name,
            MetricSelector = external.Metric.Selector,
            TargetValue = external.Target.Value,
            TargetAverageValue = external.Target.AverageValue,
        },
    };

    public static MetricSpec Read(V1.MetricSpec value) => new()
    {
        Type = value.Type,
        Object = value.Object is not { } item ? null : new ObjectMetricSource
        {
            DescribedObject = Read(item.Target),
            Metric = new MetricIdentifier { Name = item.MetricName, Selector = item.Selector },

            // An average leaves the other figure, which is always written, at zero.
            Target = item.AverageValue is { } average
                ? new MetricTarget { Type = MetricTargetType.AverageValueMetricType, AverageValue = average, Value = item.TargetValue.Value == 0 ? null : item.TargetValue }
                : new MetricTarget { Type = MetricTargetType.ValueMetricType, Value = item.TargetValue },
        },
        Pods = value.Pods is not { } pods ? null : new PodsMetricSource
        {
            Metric = new MetricIdentifier { Name = pods.MetricName, Selector = pods.Selector },
            Target = new MetricTarget { Type = MetricTargetType.AverageValueMetricType, AverageValue = pods.TargetAverageValue },
        },
        Resource = value.Resource is not { } resource ? null : new ResourceMetricSource
        {
            Name = resource.Name,
            Target = OfResource(resource.TargetAverageUtilization, resource.TargetAverageValue),
        },
        ContainerResource = value.ContainerResource is not { } container ? null : new ContainerResourceMetricSource
        {
            Name = container.Name,
            Container = container.Container,
            Target = OfResource(container.TargetAverageUtilization, container.TargetAverageValue),
        },
        External = value.External is not { } external ? null : new ExternalMetricSource
        {
            Metric = new MetricIdentifier { Name = external.MetricName, Selector = external.MetricSelector },
            Target = new MetricTarget
            {
                Type = external.TargetValue is null ? MetricTargetType.AverageValueMetricType : MetricTargetType.ValueMetricType,
                Value = external.TargetValue,
                AverageValue = external.TargetAverageValue,
            },
        },
    };

    public static V1.MetricStatus Show(MetricStatus value) => new()
    {
        Type = value.Type,
        Object = value.Object is not { } item ? null : new V1.ObjectMetricStatus
        {
            Target = Show(item.DescribedObject),
            MetricName = item.Metric.Name,
            Selector = item.Metric.Selector,
            CurrentValue = item.Current.Value ?? default,
            AverageValue = item.Current.AverageValue,
        },
        Pods = value.Pods is not { } pods ? null : new V1.PodsMetricStatus
        {
            MetricName = pods.Metric.Name,
            Selector = pods.Metric.Selector,
            CurrentAverageValue = pods.Current.AverageValue ?? default,
        },
        Resource = value.Resource is not { } resource ? null : new V1.ResourceMetricStatus
        {
            Name = resource.Name,
            CurrentAverageUtilization = resource.Current.AverageUtilization,
            CurrentAverageValue = resource.Current.AverageValue ?? default,
        },
        ContainerResource = value.ContainerResource is not { } container ? null : new V1.ContainerResourceMetricStatus
        {
            Name = container.Name,
            Container = container.Container,
            CurrentAverageUtilization = container.Current.AverageUtilization,
            CurrentAverageValue = container.Current.AverageValue ?? default,
        },
        External = value.External is not { } external ? null : new V1.ExternalMetricStatus
        {
            MetricName = external.Metric.Name,
            MetricSelector = external.Metric.Selector,
            CurrentValue = external.Current.Value ?? default,
            CurrentAverageValue = external.Current.AverageValue,
        },
    };

    public static MetricStatus Read(V1.MetricStatus value) => new()
    {
        Type = value.Type,
        Object = value.Object is not { } item ? null : new ObjectMetricStatus
        {
            DescribedObject = Read(item.Target),
            Metric = new MetricIdentifier { Name = item.MetricName, Selector = item.Selector },
            Current = new MetricValueStatus { Value = item.CurrentValue, AverageValue = item.AverageValue },
        },
        Pods = value.Pods is not { } pods ? null : new PodsMetricStatus
        {
            Metric = new MetricIdentifier { Name = pods.MetricName, Selector = pods.Selector },
            Current = new MetricValueStatus { AverageValue = pods.CurrentAverageValue },
        },
        Resource = value.Resource is not { } resource ? null : new ResourceMetricStatus
        {
            Name = resource.Name,
            Current = new MetricValueStatus { AverageUtilization = resource.CurrentAverageUtilization, AverageValue = resource.CurrentAverageValue },
        },
        ContainerResource = value.ContainerResource is not { } container ? null : new ContainerResourceMetricStatus
        {
            Name = container.Name,
            Container = container.Container,
            Current = new MetricValueStatus { AverageUtilization = container.CurrentAverageUtilization, AverageValue = container.CurrentAverageValue },
        },
        External = value.External is not { } external ? null : new ExternalMetricStatus
        {
            Metric = new MetricIdentifier { Name = external.MetricName, Selector = external.MetricSelector },
            Current = new MetricValueStatus { Value = external.CurrentValue, AverageValue = external.CurrentAverageValue },
        },
    };

    private static MetricTarget OfResource(int? utilization, Quantity? value) => new()
    {
        Type = utilization is null ? MetricTargetType.AverageValueMetricType : MetricTargetType.UtilizationMetricType,
        AverageUtilization = utilization,
        AverageValue = value,
    };
}
