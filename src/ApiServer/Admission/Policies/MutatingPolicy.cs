using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Resources.AdmissionRegistration;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>A policy that changes objects before they are stored.</summary>
internal sealed class MutatingPolicy : Policy
{
    private readonly Lazy<MutationBody> body;

    public MutatingPolicy(MutatingAdmissionPolicy policy)
        : base(policy.Metadata.Name, policy.Spec.ParamKind, policy.Spec.MatchConstraints, policy.Spec.MatchConditions, policy.Spec.FailurePolicy)
    {
        IsReinvoked = policy.Spec.ReinvocationPolicy == ReinvocationPolicyType.IfNeededReinvocationPolicy;
        body = new(() => Compile(policy.Spec));
    }

    /// <summary>It is asked once more where somebody changed the object after it.</summary>
    public bool IsReinvoked { get; }

    public MutationBody Body => body.Value;

    private static MutationBody Compile(MutatingAdmissionPolicySpec spec)
    {
        var hasParams = spec.ParamKind is not null;
        var variables = Compile(spec.Variables, hasParams, out var named);
        var environment = AdmissionExpressions.Environment(hasParams, hasAuthorizer: true, named, makesObjects: true);
        return new MutationBody(variables, [.. spec.Mutations.Select(mutation => mutation.JSONPatch is { } patch
            ? (new Expression(environment, patch.Expression), true)
            : (new Expression(environment, mutation.ApplyConfiguration?.Expression ?? ""), false))]);
    }
}

/// <summary>The expressions of a policy that changes objects.</summary>
/// <param name="Variables">Expressions that others refer to by name.</param>
/// <param name="Mutations">What makes a patch of operations, or the part of an object that is to be.</param>
internal sealed record MutationBody(IReadOnlyList<(string Name, Expression Expression)> Variables, IReadOnlyList<(Expression Expression, bool IsPatch)> Mutations);
