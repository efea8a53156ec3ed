using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of where a pod may run: tolerations, affinity, spreading.</summary>
internal static class SchedulingValidation
{
    private static readonly string[] Effects = ["NoExecute", "NoSchedule", "PreferNoSchedule"];
    private static readonly string[] Inclusion = ["Honor", "Ignore"];

    public static void Tolerations(FieldErrors errors, FieldPath path, IReadOnlyList<Toleration> tolerations)
    {
        for (var i = 0; i < tolerations.Count; i++)
        {
            var (at, toleration) = (path[i], tolerations[i]);
            if (toleration.Key.Length > 0)
            {
                errors.QualifiedName(at / "key", toleration.Key);
            }
            else if (toleration.Operator != TolerationOperator.TolerationOpExists)
            {
                errors.Invalid(at / "operator", toleration.Operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }

            if (toleration.TolerationSeconds is not null && toleration.Effect != TaintEffect.NoExecute)
            {
                errors.Invalid(at / "effect", toleration.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }

            switch (toleration.Operator)
            {
                case TolerationOperator.TolerationOpEqual or "":
                    errors.LabelValue(at / "operator", toleration.Value);
                    break;
                case TolerationOperator.TolerationOpExists:
                    if (toleration.Value.Length > 0)
                    {
                        errors.Invalid(at / "operator", RawValue.Of(toleration), "value must be empty when `operator` is 'Exists'");
                    }

                    break;
                default:
                    errors.NotSupported(at / "operator", toleration.Operator, ["Equal", "Exists"]);
                    break;
            }

            if (toleration.Effect.Length > 0)
            {
                errors.OneOf(at, "effect", toleration.Effect, Effects);
            }
        }
    }

    public static void Affinity(FieldErrors errors, FieldPath path, Affinity? affinity)
    {
        if (affinity is null)
        {
            return;
        }

        if (affinity.NodeAffinity is { } node)
        {
            var at = path / "nodeAffinity";
            if (node.RequiredDuringSchedulingIgnoredDuringExecution is { } required)
            {
                NodeSelector(errors, at / "requiredDuringSchedulingIgnoredDuringExecution", required);
            }

            for (var i = 0; i < node.PreferredDuringSchedulingIgnoredDuringExecution.Count; i++)
            {
                var preferred = (at / "preferredDuringSchedulingIgnoredDuringExecution")[i];
                Weight(errors, preferred, node.PreferredDuringSchedulingIgnoredDuringExecution[i].Weight);
                NodeTerm(errors, preferred / "preference", node.PreferredDuringSchedulingIgnoredDuringExecution[i].Preference);
            }
        }

        if (affinity.PodAffinity is { } pod)
        {
            PodTerms(errors, path / "podAffinity", pod.RequiredDuringSchedulingIgnoredDuringExecution, pod.PreferredDuringSchedulingIgnoredDuringExecution);
        }

        if (affinity.PodAntiAffinity is { } anti)
        {
            PodTerms(errors, path / "podAntiAffinity", anti.RequiredDuringSchedulingIgnoredDuringExecution, anti.PreferredDuringSchedulingIgnoredDuringExecution);
        }
    }

    public static void NodeSelector(FieldErrors errors, FieldPath path, NodeSelector selector)
    {
        if (selector.NodeSelectorTerms.Count == 0)
        {
            errors.Required(path / "nodeSelectorTerms", "must have at least one node selector term");
        }

        for (var i = 0; i < selector.NodeSelectorTerms.Count; i++)
        {
            NodeTerm(errors, (path / "nodeSelectorTerms")[i], selector.NodeSelectorTerms[i]);
        }
    }

    public static void Spreading(FieldErrors errors, FieldPath path, IReadOnlyList<TopologySpreadConstraint> constraints)
    {
        var isRepeated = Repeats.Of(constraints, static item => (item.TopologyKey, item.WhenUnsatisfiable));
        for (var i = 0; i < constraints.Count; i++)
        {
            var (at, constraint) = (path[i], constraints[i]);
            errors.Positive(at, "maxSkew", constraint.MaxSkew);
            if (constraint.TopologyKey.Length == 0)
            {
                errors.Required(at / "topologyKey", "can not be empty");
            }
            else
            {
                errors.QualifiedName(at / "topologyKey", constraint.TopologyKey);
            }

            errors.OneOf(at, "whenUnsatisfiable", constraint.WhenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"]);
            if (isRepeated[i])
            {
                errors.Duplicate(at / "{topologyKey, whenUnsatisfiable}", new RawValue($"{{{constraint.TopologyKey}, {constraint.WhenUnsatisfiable}}}"));
            }

            if (constraint.MinDomains is { } domains)
            {
                errors.Positive(at, "minDomains", domains);
                if (constraint.WhenUnsatisfiable != UnsatisfiableConstraintAction.DoNotSchedule)
                {
                    errors.Invalid(at / "minDomains", domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway");
                }
            }

            if (constraint.NodeAffinityPolicy is { } affinity)
            {
                errors.OneOf(at, "nodeAffinityPolicy", affinity, Inclusion);
            }

            if (constraint.NodeTaintsPolicy is { } taints)
            {
                errors.OneOf(at, "nodeTaintsPolicy", taints, Inclusion);
            }

            errors.Selector(at / "labelSelector", constraint.LabelSelector);
            MatchKeys(errors, at, "matchLabelKeys", constraint.MatchLabelKeys, constraint.LabelSelector);
        }
    }

    private static void NodeTerm(FieldErrors errors, FieldPath path, NodeSelectorTerm term)
    {
        for (var i = 0; i < term.MatchExpressions.Count; i++)
        {
            NodeRequirement(errors, (path / "matchExpressions")[i], term.MatchExpressions[i]);
        }

        for (var i = 0; i < term.MatchFields.Count; i++)
        {
            NodeField(errors, (path / "matchFields")[i], term.MatchFields[i]);
        }
    }

    private static void NodeRequirement(FieldErrors errors, FieldPath path, NodeSelectorRequirement requirement)
    {
        switch (requirement.Operator)
        {
            case "In" or "NotIn":
                if (requirement.Values.Count == 0)
                {
                    errors.Required(path / "values", "must be specified when `operator` is 'In' or 'NotIn'");
                }

                break;
            case "Exists" or "DoesNotExist":
                if (requirement.Values.Count > 0)
                {
                    errors.Forbidden(path / "values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }

                break;
            case "Gt" or "Lt":
                if (requirement.Values.Count != 1)
                {
                    errors.Required(path / "values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }
                else if (!long.TryParse(requirement.Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                {
                    errors.Invalid((path / "values")[0], requirement.Values[0], "for 'Gt', 'Lt' operators, the value must be an integer");
                }

                break;
            default:
                errors.Invalid(path / "operator", requirement.Operator, "not a valid selector operator");
                break;
        }

        errors.QualifiedName(path / "key", requirement.Key);
        for (var i = 0; i < requirement.Values.Count; i++)
        {
            errors.LabelValue((path / "values")[i], requirement.Values[i]);
        }
    }

    private static void NodeField(FieldErrors errors, FieldPath path, NodeSelectorRequirement requirement)
    {
        if (requirement.Operator is "In" or "NotIn")
        {
            if (requirement.Values.Count != 1)
            {
                errors.Required(path / "values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
            }
        }
        else
        {
            errors.Invalid(path / "operator", requirement.Operator, "not a valid selector operator");
        }

        if (requirement.Key != "metadata.name")
        {
            errors.Invalid(path / "key", requirement.Key, "not a valid field selector key");
            return;
        }

        for (var i = 0; i < requirement.Values.Count; i++)
        {
            errors.InvalidIf(Names.SubdomainProblem(requirement.Values[i]), (path / "values")[i], requirement.Values[i]);
        }
    }

    private static void PodTerms(FieldErrors errors, FieldPath path, IReadOnlyList<PodAffinityTerm> required, IReadOnlyList<WeightedPodAffinityTerm> preferred)
    {
        for (var i = 0; i < required.Count; i++)
        {
            PodTerm(errors, (path / "requiredDuringSchedulingIgnoredDuringExecution")[i], required[i]);
        }

        for (var i = 0; i < preferred.Count; i++)
        {
            var at = (path / "preferredDuringSchedulingIgnoredDuringExecution")[i];
            Weight(errors, at, preferred[i].Weight);
            PodTerm(errors, at / "podAffinityTerm", preferred[i].PodAffinityTerm);
        }
    }

    private static void PodTerm(FieldErrors errors, FieldPath path, PodAffinityTerm term)
    {
        errors.Selector(path / "labelSelector", term.LabelSelector);
        errors.Selector(path / "namespaceSelector", term.NamespaceSelector);
        for (var i = 0; i < term.Namespaces.Count; i++)
        {
            errors.InvalidIf(Names.LabelProblem(term.Namespaces[i]), path / "namespaces", term.Namespaces[i]);
        }

        MatchKeys(errors, path, "matchLabelKeys", term.MatchLabelKeys, term.LabelSelector);
        MatchKeys(errors, path, "mismatchLabelKeys", term.MismatchLabelKeys, term.LabelSelector);
        foreach (var key in term.MatchLabelKeys.Intersect(term.MismatchLabelKeys))
        {
            errors.Invalid(path / "matchLabelKeys", key, "exists in both matchLabelKeys and mismatchLabelKeys");
        }

        if (term.TopologyKey.Length == 0)
        {
            errors.Required(path / "topologyKey", "can not be empty");
        }
        else
        {
            errors.QualifiedName(path / "topologyKey", term.TopologyKey);
        }
    }

    private static void MatchKeys(FieldErrors errors, FieldPath path, string field, IReadOnlyList<string> keys, LabelSelector? selector)
    {
        if (keys.Count > 0 && selector is null)
        {
            errors.Forbidden(path / field, "must not be specified when labelSelector is not set");
        }

        for (var i = 0; i < keys.Count; i++)
        {
            errors.QualifiedName((path / field)[i], keys[i]);
            if (selector is not null && (selector.MatchLabels.ContainsKey(keys[i]) || selector.MatchExpressions.Any(expression => expression.Key == keys[i])))
            {
                errors.Invalid((path / field)[i], keys[i], "exists in both matchLabelKeys and labelSelector");
            }
        }
    }

    private static void Weight(FieldErrors errors, FieldPath path, int weight)
    {
        if (weight is < 1 or > 100)
        {
            errors.Invalid(path / "weight", weight, "must be in the range 1-100");
        }
    }
}
