using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Resources.AdmissionRegistration;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>A policy that refuses, warns, or takes notes.</summary>
internal sealed class ValidatingPolicy : Policy
{
    private readonly Lazy<PolicyBody> body;

    public ValidatingPolicy(ValidatingAdmissionPolicy policy)
        : base(policy.Metadata.Name, policy.Spec.ParamKind, policy.Spec.MatchConstraints, policy.Spec.MatchConditions, policy.Spec.FailurePolicy) =>
        body = new(() => Compile(policy.Spec));

    public PolicyBody Body => body.Value;

    private static PolicyBody Compile(ValidatingAdmissionPolicySpec spec)
    {
        var hasParams = spec.ParamKind is not null;
        var variables = Compile(spec.Variables, hasParams, out var named);
        var environment = AdmissionExpressions.Environment(hasParams, hasAuthorizer: true, named);
        var ofMessages = AdmissionExpressions.Environment(hasParams, hasAuthorizer: false, named);
        return new PolicyBody(
            variables,
            [
                .. spec.Validations.Select(validation => new PolicyRule(
                    new Expression(environment, validation.Expression), validation.Message.Trim(), validation.Reason ?? "Invalid",
                    validation.MessageExpression.Length == 0 ? null : new Expression(ofMessages, validation.MessageExpression))),
            ],
            [.. spec.AuditAnnotations.Select(annotation => (annotation.Key, new Expression(environment, annotation.ValueExpression)))]);
    }
}

/// <summary>The expressions of a policy.</summary>
/// <param name="Variables">Expressions that others refer to by name.</param>
/// <param name="Annotations">What is written into the audit log of requests, by key.</param>
internal sealed record PolicyBody(
    IReadOnlyList<(string Name, Expression Expression)> Variables, IReadOnlyList<PolicyRule> Rules, IReadOnlyList<(string Key, Expression Expression)> Annotations);

/// <param name="Expression">Must hold.</param>
/// <param name="Message">What is said where it does not; may be empty.</param>
/// <param name="MessageExpression">Makes the message; null where none does.</param>
internal sealed record PolicyRule(Expression Expression, string Message, string Reason, Expression? MessageExpression);
