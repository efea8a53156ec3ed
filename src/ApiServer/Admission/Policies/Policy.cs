using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.Machinery.Cel;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>A validating policy, ready to be asked. Its expressions are compiled when the first request meets them, and once.</summary>
internal sealed class Policy
{
    private readonly Lazy<PolicyBody> body;

    public Policy(ValidatingAdmissionPolicy policy)
    {
        var spec = policy.Spec;
        Name = policy.Metadata.Name;
        ParamKind = spec.ParamKind;
        FailsOpen = spec.FailurePolicy == FailurePolicyType.Ignore;
        Scope = ScopeOf(spec.MatchConstraints ?? MatchResources.Empty, isOpen: false);
        Conditions = Conditions.Of(spec.MatchConditions, AdmissionExpressions.Environment(spec.ParamKind is not null, hasAuthorizer: true), FailsOpen);
        body = new(() => new PolicyBody(spec));
    }

    public string Name { get; }

    /// <summary>What its parameters are; null where it has none.</summary>
    public ParamKind? ParamKind { get; }

    /// <summary>Requests go on where it cannot be told whether they are right.</summary>
    public bool FailsOpen { get; }

    public RequestScope Scope { get; }

    /// <summary>What else must hold of a request; null where nothing must.</summary>
    public Conditions? Conditions { get; }

    public PolicyBody Body => body.Value;

    /// <param name="isOpen">No rules are every request.</param>
    public static RequestScope ScopeOf(MatchResources match, bool isOpen) => new(
        match.ResourceRules.Select(HookRule.Of), match.ExcludeResourceRules.Select(HookRule.Of), match.MatchPolicy != MatchPolicyType.Exact,
        match.NamespaceSelector ?? Api.Meta.V1.LabelSelector.Empty, match.ObjectSelector ?? Api.Meta.V1.LabelSelector.Empty)
    {
        IsOpen = isOpen,
    };
}

/// <summary>The expressions of a policy.</summary>
internal sealed class PolicyBody
{
    public PolicyBody(ValidatingAdmissionPolicySpec spec)
    {
        var hasParams = spec.ParamKind is not null;
        var known = new Dictionary<string, CelType>();
        var named = AdmissionExpressions.VariablesType(known);
        var environment = AdmissionExpressions.Environment(hasParams, hasAuthorizer: true, named);
        foreach (var variable in spec.Variables)
        {
            var expression = new Expression(environment, variable.Expression);
            Variables.Add((variable.Name, expression));
            known[variable.Name] = expression.Program?.Result ?? CelType.Dyn;
        }

        var ofMessages = AdmissionExpressions.Environment(hasParams, hasAuthorizer: false, named);
        Rules =
        [
            .. spec.Validations.Select(validation => new PolicyRule(
                new Expression(environment, validation.Expression), validation.Message.Trim(), validation.Reason ?? "Invalid",
                validation.MessageExpression.Length == 0 ? null : new Expression(ofMessages, validation.MessageExpression))),
        ];
        Annotations = [.. spec.AuditAnnotations.Select(annotation => (annotation.Key, new Expression(environment, annotation.ValueExpression)))];
    }

    /// <summary>Expressions that others refer to by name.</summary>
    public List<(string Name, Expression Expression)> Variables { get; } = [];

    public IReadOnlyList<PolicyRule> Rules { get; }

    /// <summary>What is written into the audit log of requests, by key.</summary>
    public IReadOnlyList<(string Key, Expression Expression)> Annotations { get; }
}

/// <param name="Expression">Must hold.</param>
/// <param name="Message">What is said where it does not; may be empty.</param>
/// <param name="MessageExpression">Makes the message; null where none does.</param>
internal sealed record PolicyRule(Expression Expression, string Message, string Reason, Expression? MessageExpression);
