using Navarch.Api.Autoscaling.V2;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Autoscaling;

/// <summary>Scales a set by what its pods are busy with.</summary>
public sealed class HorizontalPodAutoscalerResource : Resource<HorizontalPodAutoscaler>
{
    private static readonly HPAScalingPolicy[] UpPolicies = [new() { Type = "Pods", Value = 4, PeriodSeconds = 15 }, new() { Type = "Percent", Value = 100, PeriodSeconds = 15 }];
    private static readonly HPAScalingPolicy[] DownPolicies = [new() { Type = "Percent", Value = 100, PeriodSeconds = 15 }];

    public HorizontalPodAutoscalerResource() => Views = [new HorizontalPodAutoscalerView(this)];

    public override IReadOnlyList<ResourceView> Views { get; }

    public override bool HasStatus => true;

    public override IReadOnlyList<Column<HorizontalPodAutoscaler>> Columns { get; } =
    [
        Columns<HorizontalPodAutoscaler>.Name,
        Columns<HorizontalPodAutoscaler>.Text("Reference", static value => $"{value.Spec.ScaleTargetRef.Kind}/{value.Spec.ScaleTargetRef.Name}"),
        Columns<HorizontalPodAutoscaler>.Text("Targets", AutoscalerTargets.Text),
        Columns<HorizontalPodAutoscaler>.Text("MinPods", static value => value.Spec.MinReplicas is { } min ? Cells.Number(min) : Cells.Unset),
        Columns<HorizontalPodAutoscaler>.Count("MaxPods", static value => value.Spec.MaxReplicas),
        Columns<HorizontalPodAutoscaler>.Count("Replicas", static value => value.Status.CurrentReplicas),
        Columns<HorizontalPodAutoscaler>.Age,
    ];

    public override HorizontalPodAutoscaler Default(HorizontalPodAutoscaler value)
    {
        var behavior = value.Spec.Behavior;
        if (behavior is not null)
        {
            var (up, down) = (behavior.ScaleUp ?? HPAScalingRules.Empty, behavior.ScaleDown ?? HPAScalingRules.Empty);
            behavior = behavior with
            {
                ScaleUp = up with
                {
                    StabilizationWindowSeconds = up.StabilizationWindowSeconds ?? 0,
                    SelectPolicy = up.SelectPolicy ?? ScalingPolicySelect.MaxChangePolicySelect,
                    Policies = up.Policies.Count == 0 ? UpPolicies : up.Policies,
                },
                ScaleDown = down with
                {
                    SelectPolicy = down.SelectPolicy ?? ScalingPolicySelect.MaxChangePolicySelect,
                    Policies = down.Policies.Count == 0 ? DownPolicies : down.Policies,
                },
            };
        }

        return value with
        {
            Spec = value.Spec with
            {
                MinReplicas = value.Spec.MinReplicas ?? 1,
                Behavior = behavior,
                Metrics = value.Spec.Metrics.Count > 0 ? value.Spec.Metrics : [
                    new MetricSpec
                    {
                        Type = MetricSourceType.Resource,
                        Resource = new ResourceMetricSource { Name = "cpu", Target = new MetricTarget { Type = MetricTargetType.UtilizationMetricType, AverageUtilization = 80 } },
                    },
                ],
            },
        };
    }

    public override HorizontalPodAutoscaler PrepareForCreate(HorizontalPodAutoscaler value, WriteContext context) => value with { Status = HorizontalPodAutoscalerStatus.Empty };

    public override HorizontalPodAutoscaler PrepareForUpdate(HorizontalPodAutoscaler value, HorizontalPodAutoscaler old, WriteContext context) => value with { Status = old.Status };

    public override HorizontalPodAutoscaler PrepareForStatusUpdate(HorizontalPodAutoscaler value, HorizontalPodAutoscaler old, WriteContext context) => value with { Spec = old.Spec };

    public override void Validate(HorizontalPodAutoscaler value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        if (spec.MinReplicas < 1)
        {
            errors.Invalid(path / "minReplicas", spec.MinReplicas, "must be greater than or equal to 1");
        }

        if (spec.MaxReplicas < 1)
        {
            errors.Invalid(path / "maxReplicas", spec.MaxReplicas, "must be greater than 0");
        }

        if (spec.MaxReplicas < spec.MinReplicas)
        {
            errors.Invalid(path / "maxReplicas", spec.MaxReplicas, "must be greater than or equal to `minReplicas`");
        }

        Reference(errors, path / "scaleTargetRef", spec.ScaleTargetRef);
        for (var i = 0; i < spec.Metrics.Count; i++)
        {
            Metric(errors, (path / "metrics")[i], spec.Metrics[i]);
        }

        if (spec.Behavior is { } behavior)
        {
            Rules(errors, path / "behavior" / "scaleUp", behavior.ScaleUp);
            Rules(errors, path / "behavior" / "scaleDown", behavior.ScaleDown);
        }
    }

    public override void ValidateCreate(HorizontalPodAutoscaler value, FieldErrors errors) => TargetVersion(errors, value.Spec.ScaleTargetRef);

    public override void ValidateUpdate(HorizontalPodAutoscaler value, HorizontalPodAutoscaler old, FieldErrors errors)
    {
        var (now, before) = (value.Spec.ScaleTargetRef, old.Spec.ScaleTargetRef);
        if (now.APIVersion != before.APIVersion || now.Kind != before.Kind)
        {
            TargetVersion(errors, now); // Older ones were not held to this.
        }
    }

    public override void ValidateStatusUpdate(HorizontalPodAutoscaler value, HorizontalPodAutoscaler old, FieldErrors errors)
    {
        errors.AtLeastZero(FieldPath.Of("status"), "currentReplicas", value.Status.CurrentReplicas);
        errors.AtLeastZero(FieldPath.Of("status"), "desiredReplicas", value.Status.DesiredReplicas);
    }

    private static void Reference(FieldErrors errors, FieldPath path, CrossVersionObjectReference reference)
    {
        errors.RequiredPathSegment(path, "kind", reference.Kind);
        errors.RequiredPathSegment(path, "name", reference.Name);
    }

    // The only kind without a group that can be scaled is the oldest.
    private static void TargetVersion(FieldErrors errors, CrossVersionObjectReference reference)
    {
        var path = FieldPath.Of("spec") / "scaleTargetRef";
        Version(errors, path, reference);
        if (reference.Kind != "ReplicationController" && reference.APIVersion.IndexOf('/', StringComparison.Ordinal) <= 0)
        {
            errors.Invalid(path / "apiVersion", reference.APIVersion, "apiVersion must specify API group");
        }
    }

    private static void Version(FieldErrors errors, FieldPath path, CrossVersionObjectReference reference)
    {
        if (reference.APIVersion.Count(static c => c == '/') > 1)
        {
            errors.Invalid(path / "apiVersion", reference.APIVersion, $"unexpected GroupVersion string: {reference.APIVersion}");
        }
    }

    private static void Metric(FieldErrors errors, FieldPath path, MetricSpec metric)
    {
        errors.RequiredOneOf(path, "type", metric.Type, ["ContainerResource", "External", "Object", "Pods", "Resource"]);
        (string Type, string Field, object? Value)[] members =
        [
            ("Object", "object", metric.Object), ("Pods", "pods", metric.Pods), ("Resource", "resource", metric.Resource),
            ("ContainerResource", "containerResource", metric.ContainerResource), ("External", "external", metric.External),
        ];
        foreach (var (type, field, member) in members)
        {
            if (type == metric.Type && member is null)
            {
                errors.Required(path / field, "must populate information for the given metric source");
            }
            else if (type != metric.Type && member is not null)
            {
                errors.Forbidden(path / field, "must populate the given metric source only");
            }
        }

        if (metric.Object is { } o)
        {
            Reference(errors, path / "object" / "describedObject", o.DescribedObject);
            Version(errors, path / "object" / "describedObject", o.DescribedObject);
            Identifier(errors, path / "object" / "metric", o.Metric);
            Target(errors, path / "object" / "target", o.Target);
            if (o.Target is { Value: null, AverageValue: null })
            {
                errors.Required(path / "object" / "target" / "averageValue", "must set either a target value for metric or a per-pod target");
            }
        }

        if (metric.Pods is { } pods)
        {
            Identifier(errors, path / "pods" / "metric", pods.Metric);
            Target(errors, path / "pods" / "target", pods.Target);
            if (pods.Target.AverageValue is null)
            {
                errors.Required(path / "pods" / "target" / "averageValue", "must specify a positive target averageValue");
            }
        }

        if (metric.External is { } external)
        {
            Identifier(errors, path / "external" / "metric", external.Metric);
            Target(errors, path / "external" / "target", external.Target);
            ExactlyOne(path / "external" / "target", external.Target.Value is not null, external.Target.AverageValue is not null, "must set either a target value for metric or a per-pod target", "may not set both a target value for metric and a per-pod target");
        }

        if (metric.Resource is { } resource)
        {
            OfResource(path / "resource", resource.Name, resource.Target);
        }

        if (metric.ContainerResource is { } container)
        {
            OfResource(path / "containerResource", container.Name, container.Target);
            errors.RequiredLabel(path / "containerResource", "container", container.Container);
        }

        void OfResource(FieldPath at, string name, MetricTarget target)
        {
            errors.RequiredText(at, "name", name);
            Target(errors, at / "target", target);
            ExactlyOne(at / "target", target.AverageUtilization is not null, target.AverageValue is not null, "must set either a target raw value or a target utilization", "may not set both a target raw value and a target utilization");
        }

        void ExactlyOne(FieldPath at, bool one, bool other, string none, string both)
        {
            if (!one && !other)
            {
                errors.Required(at / "averageValue", none);
            }
            else if (one && other)
            {
                errors.Forbidden(at / "averageValue", both);
            }
        }
    }

    private static void Identifier(FieldErrors errors, FieldPath path, MetricIdentifier metric)
    {
        errors.RequiredPathSegment(path, "name", metric.Name);
        errors.Selector(path / "selector", metric.Selector);
    }

    private static void Target(FieldErrors errors, FieldPath path, MetricTarget target)
    {
        errors.RequiredOneOf(path, "type", target.Type, ["AverageValue", "Utilization", "Value"]);
        if (target.Value is { Value: <= 0 } value)
        {
            errors.Invalid(path / "value", value, "must be positive");
        }

        if (target.AverageValue is { Value: <= 0 } average)
        {
            errors.Invalid(path / "averageValue", average, "must be positive");
        }

        if (target.AverageUtilization < 1)
        {
            errors.Invalid(path / "averageUtilization", target.AverageUtilization, "must be greater than 0");
        }
    }

    private static void Rules(FieldErrors errors, FieldPath path, HPAScalingRules? rules)
    {
        if (rules is null)
        {
            return;
        }

        if (rules.StabilizationWindowSeconds < 0)
        {
            errors.Invalid(path / "stabilizationWindowSeconds", rules.StabilizationWindowSeconds, "must be greater than or equal to zero");
        }
        else if (rules.StabilizationWindowSeconds > 3600)
        {
            errors.Invalid(path / "stabilizationWindowSeconds", rules.StabilizationWindowSeconds, "must be less than or equal to 3600");
        }

        if (rules.SelectPolicy is { } select)
        {
            errors.OneOf(path, "selectPolicy", select, ["Disabled", "Max", "Min"]);
        }

        if (rules.Policies.Count == 0)
        {
            errors.Required(path / "policies", "must specify at least one Policy");
        }

        for (var i = 0; i < rules.Policies.Count; i++)
        {
            var (at, policy) = ((path / "policies")[i], rules.Policies[i]);
            errors.OneOf(at, "type", policy.Type, ["Percent", "Pods"]);
            if (policy.Value <= 0)
            {
                errors.Invalid(at / "value", policy.Value, "must be greater than zero");
            }

            if (policy.PeriodSeconds <= 0)
            {
                errors.Invalid(at / "periodSeconds", policy.PeriodSeconds, "must be greater than zero");
            }
            else if (policy.PeriodSeconds > 1800)
            {
                errors.Invalid(at / "periodSeconds", policy.PeriodSeconds, "must be less than or equal to 1800");
            }
        }

        if (rules.Tolerance is { Value: < 0 } tolerance)
        {
            errors.Invalid(path / "tolerance", tolerance, CommonRules.NotNegative);
        }
    }
}
