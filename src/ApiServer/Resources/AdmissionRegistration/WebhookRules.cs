using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>What mutating and validating webhooks have in common; a validating one is seen as a mutating one.</summary>
internal static class WebhookRules
{
    private static readonly string[] ReviewVersions = ["v1", "v1beta1"];

    public static MutatingWebhook Default(MutatingWebhook hook) => hook with
    {
        FailurePolicy = hook.FailurePolicy ?? FailurePolicyType.Fail,
        MatchPolicy = hook.MatchPolicy ?? MatchPolicyType.Equivalent,
        NamespaceSelector = hook.NamespaceSelector ?? Api.Meta.V1.LabelSelector.Empty,
        ObjectSelector = hook.ObjectSelector ?? Api.Meta.V1.LabelSelector.Empty,
        TimeoutSeconds = hook.TimeoutSeconds ?? 10,
        ClientConfig = hook.ClientConfig.Service is { Port: null } service ? hook.ClientConfig with { Service = service with { Port = 443 } } : hook.ClientConfig,
        Rules = Core.PodTemplateDefaults.Each(hook.Rules, static rule => rule.Scope is null ? rule with { Scope = ScopeType.AllScopes } : rule),
    };

    public static MutatingWebhook Of(ValidatingWebhook hook) => new()
    {
        Name = hook.Name,
        ClientConfig = hook.ClientConfig,
        Rules = hook.Rules,
        FailurePolicy = hook.FailurePolicy,
        MatchPolicy = hook.MatchPolicy,
        NamespaceSelector = hook.NamespaceSelector,
        ObjectSelector = hook.ObjectSelector,
        SideEffects = hook.SideEffects,
        TimeoutSeconds = hook.TimeoutSeconds,
        AdmissionReviewVersions = hook.AdmissionReviewVersions,
        MatchConditions = hook.MatchConditions,
    };

    public static void Validate(FieldErrors errors, IReadOnlyList<MutatingWebhook> hooks)
    {
        var isRepeated = Repeats.Of(hooks, static item => item.Name);
        for (var i = 0; i < hooks.Count; i++)
        {
            var (path, hook) = (FieldPath.Of("webhooks")[i], hooks[i]);
            Validate(errors, path, hook);
            if (hook.Name.Length > 0 && isRepeated[i])
            {
                errors.Duplicate(path / "name", hook.Name);
            }
        }
    }

    private static void Validate(FieldErrors errors, FieldPath path, MutatingWebhook hook)
    {
        Name(errors, path / "name", hook.Name);
        for (var i = 0; i < hook.Rules.Count; i++)
        {
            RuleValidation.Validate(errors, (path / "rules")[i], hook.Rules[i]);
        }

        Optional("failurePolicy", hook.FailurePolicy, ["Fail", "Ignore"]);
        Optional("matchPolicy", hook.MatchPolicy, ["Equivalent", "Exact"]);
        if (hook.SideEffects is null)
        {
            errors.Required(path / "sideEffects", "must specify one of None, NoneOnDryRun");
        }

        Optional("sideEffects", hook.SideEffects, ["None", "NoneOnDryRun"]);
        if (hook.TimeoutSeconds is < 1 or > 30)
        {
            errors.Invalid(path / "timeoutSeconds", hook.TimeoutSeconds, "the timeout value must be between 1 and 30 seconds");
        }

        errors.Selector(path / "namespaceSelector", hook.NamespaceSelector);
        errors.Selector(path / "objectSelector", hook.ObjectSelector);
        Optional("reinvocationPolicy", hook.ReinvocationPolicy, ["IfNeeded", "Never"]);
        switch (hook.ClientConfig)
        {
            case { URL: null, Service: null } or { URL: not null, Service: not null }:
                errors.Required(path / "clientConfig", "exactly one of url or service is required");
                break;
            case { URL: { } url }:
                WebhookTargets.Url(errors, path / "clientConfig" / "url", url);
                break;
            case { Service: { } service }:
                WebhookTargets.Service(errors, path / "clientConfig" / "service", service.Name, service.Namespace, service.Path, service.Port);
                break;
            default:
                break;
        }

        PolicyRules.MatchConditions(errors, path / "matchConditions", hook.MatchConditions, AdmissionExpressions.OfWebhooks);
        Versions(errors, path / "admissionReviewVersions", hook.AdmissionReviewVersions);

        void Optional(string name, string? value, string[] supported)
        {
            if (value is not null)
            {
                errors.OneOf(path, name, value, supported);
            }
        }
    }

    private static void Name(FieldErrors errors, FieldPath path, string name)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
        }
        else if (Names.SubdomainProblem(name) is { } problem)
        {
            errors.Invalid(path, name, problem);
        }
        else if (name.Count(static c => c == '.') < 2)
        {
            errors.Invalid(path, name, "should be a domain with at least three segments separated by dots");
        }
    }

    private static void Versions(FieldErrors errors, FieldPath path, IReadOnlyList<string> versions)
    {
        if (versions.Count == 0)
        {
            errors.Required(path, "must specify one of v1, v1beta1");
            return;
        }

        var isRepeated = Repeats.Of(versions);
        for (var i = 0; i < versions.Count; i++)
        {
            if (isRepeated[i])
            {
                errors.Invalid(path[i], versions[i], "duplicate version");
            }
            else
            {
                errors.InvalidIf(Resources.Names.Label1035Problem(versions[i]), path[i], versions[i]);
            }
        }

        if (!versions.Any(static version => ReviewVersions.Contains(version)))
        {
            errors.Invalid(path, RawValue.Of(versions), "must include at least one of v1, v1beta1");
        }
    }
}
