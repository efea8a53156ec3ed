using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.Machinery.Cel;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>A policy, ready to be asked. Its expressions are compiled when the first request meets them, and once.</summary>
internal abstract class Policy(string name, ParamKind? paramKind, MatchResources? match, IReadOnlyList<MatchCondition> conditions, string? failurePolicy)
{
    public string Name { get; } = name;

    /// <summary>What its parameters are; null where it has none.</summary>
    public ParamKind? ParamKind { get; } = paramKind;

    /// <summary>Requests go on where it cannot be told whether they are right.</summary>
    public bool FailsOpen { get; } = failurePolicy == FailurePolicyType.Ignore;

    public RequestScope Scope { get; } = ScopeOf(match ?? MatchResources.Empty, isOpen: false);

    /// <summary>What else must hold of a request; null where nothing must.</summary>
    public Conditions? Conditions { get; } =
        Conditions.Of(conditions, AdmissionExpressions.Environment(paramKind is not null, hasAuthorizer: true), failurePolicy == FailurePolicyType.Ignore);

    /// <param name="isOpen">No rules are every request.</param>
    public static RequestScope ScopeOf(MatchResources match, bool isOpen) => new(
        match.ResourceRules.Select(HookRule.Of), match.ExcludeResourceRules.Select(HookRule.Of), match.MatchPolicy != MatchPolicyType.Exact,
        match.NamespaceSelector ?? Api.Meta.V1.LabelSelector.Empty, match.ObjectSelector ?? Api.Meta.V1.LabelSelector.Empty)
    {
        IsOpen = isOpen,
    };

    /// <summary>Compiles expressions that others refer to by name, each of which can use those before it.</summary>
    /// <param name="named">The type of all of them together.</param>
    protected static IReadOnlyList<(string Name, Expression Expression)> Compile(IReadOnlyList<Variable> variables, bool hasParams, out CelType named)
    {
        var known = new Dictionary<string, CelType>();
        named = AdmissionExpressions.VariablesType(known);
        var environment = AdmissionExpressions.Environment(hasParams, hasAuthorizer: true, named);
        var compiled = new List<(string, Expression)>();
        foreach (var variable in variables)
        {
            var expression = new Expression(environment, variable.Expression);
            compiled.Add((variable.Name, expression));
            known[variable.Name] = expression.Program?.Result ?? CelType.Dyn;
        }

        return compiled;
    }
}
