using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Limits of what a namespace may use in all.</summary>
public sealed class ResourceQuotaResource : Resource<ResourceQuota>
{
    private static readonly string[] Scopes =
        ["BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating", "VolumeAttributesClass"];

    public override bool HasStatus => true;

    public override IReadOnlyList<Column<ResourceQuota>> Columns { get; } =
    [
        Columns<ResourceQuota>.Name,
        Columns<ResourceQuota>.Text("Request", static value => Usage(value, limits: false)),
        Columns<ResourceQuota>.Text("Limit", static value => Usage(value, limits: true)),
        Columns<ResourceQuota>.Age,
    ];

    public override ResourceQuota PrepareForCreate(ResourceQuota value, WriteContext context) => value with { Status = ResourceQuotaStatus.Empty };

    public override ResourceQuota PrepareForUpdate(ResourceQuota value, ResourceQuota old, WriteContext context) => value with { Status = old.Status };

    public override ResourceQuota PrepareForStatusUpdate(ResourceQuota value, ResourceQuota old, WriteContext context) => value with { Spec = old.Spec };

    public override void Validate(ResourceQuota value, FieldErrors errors)
    {
        var spec = FieldPath.Of("spec");
        foreach (var (name, amount) in value.Spec.Hard)
        {
            var at = (spec / "hard")[name];
            errors.QualifiedName(at, name);
            if (!name.Contains('/') && !IsQuotaName(name))
            {
                errors.Invalid(at, name, "must be a standard resource for quota");
            }

            ResourceRules.Amount(errors, at, name, amount);
        }

        OfScopes(errors, spec / "scopes", value.Spec.Scopes, value.Spec);
        if (value.Spec.ScopeSelector is { } selector)
        {
            for (var i = 0; i < selector.MatchExpressions.Count; i++)
            {
                Expression(errors, (spec / "scopeSelector" / "matchExpressions")[i], selector.MatchExpressions[i]);
            }
        }
    }

    public override void ValidateUpdate(ResourceQuota value, ResourceQuota old, FieldErrors errors)
    {
        if (!value.Spec.Scopes.Order(StringComparer.Ordinal).SequenceEqual(old.Spec.Scopes.Order(StringComparer.Ordinal)))
        {
            errors.Invalid("spec.scopes", RawValue.Of(value.Spec.Scopes), CommonRules.Immutable);
        }
    }

    private static bool IsQuotaName(string name) =>
        ResourceRules.IsStandard(name) || name.StartsWith("count/", StringComparison.Ordinal) || name.StartsWith("requests.", StringComparison.Ordinal);

    private static void OfScopes(FieldErrors errors, FieldPath path, IReadOnlyList<string> scopes, ResourceQuotaSpec spec)
    {
        var all = new Lazy<RawValue>(() => RawValue.Of(scopes));
        foreach (var scope in scopes)
        {
            if (!Scopes.Contains(scope))
            {
                errors.Invalid(path, all.Value, "unsupported scope");
            }
        }

        if ((scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort")) || (scopes.Contains("Terminating") && scopes.Contains("NotTerminating")))
        {
            errors.Invalid(path, all.Value, "conflicting scopes");
        }

        if (scopes.Contains("BestEffort") && spec.Hard.Keys.Any(name => name != "pods"))
        {
            errors.Invalid(path, all.Value, "unsupported scope applied to resource");
        }
    }

    private static void Expression(FieldErrors errors, FieldPath path, ScopedResourceSelectorRequirement expression)
    {
        if (!Scopes.Contains(expression.ScopeName))
        {
            errors.Invalid(path / "scopeName", expression.ScopeName, "unsupported scope");
        }

        if (expression.ScopeName is not ("PriorityClass" or "VolumeAttributesClass") && expression.Operator != ScopeSelectorOperator.ScopeSelectorOpExists)
        {
            errors.Invalid(path / "operator", expression.Operator, "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
        }

        switch (expression.Operator)
        {
            case "In" or "NotIn":
                if (expression.Values.Count == 0)
                {
                    errors.Required(path / "values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                }

                break;
            case "Exists" or "DoesNotExist":
                if (expression.Values.Count > 0)
                {
                    errors.Invalid(path / "values", RawValue.Of(expression.Values), "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector");
                }

                break;
            default:
                errors.Invalid(path / "operator", expression.Operator, "not a valid selector operator");
                break;
        }
    }

    private static string Usage(ResourceQuota value, bool limits) => string.Join(", ", value.Status.Hard
        .Where(hard => hard.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
        .Select(hard => $"{hard.Key}: {value.Status.Used.Find(hard.Key)}/{hard.Value}"));
}
