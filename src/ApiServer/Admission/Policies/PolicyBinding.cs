using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Webhooks;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>Where a policy holds, with which parameters, and what becomes of what it refuses.</summary>
internal sealed record PolicyBinding(string Name, string PolicyName, RequestScope? Scope, ParamRef? ParamRef, IReadOnlyList<string> Actions)
{
    public static PolicyBinding Of(ValidatingAdmissionPolicyBinding binding) =>
        new(binding.Metadata.Name, binding.Spec.PolicyName, ScopeOf(binding.Spec.MatchResources), binding.Spec.ParamRef, binding.Spec.ValidationActions);

    /// <remarks>A change that cannot be made is refused: there is nothing else to do.</remarks>
    public static PolicyBinding Of(MutatingAdmissionPolicyBinding binding) =>
        new(binding.Metadata.Name, binding.Spec.PolicyName, ScopeOf(binding.Spec.MatchResources), binding.Spec.ParamRef, [ValidationAction.Deny]);

    public bool Does(string action) => Actions.Contains(action);

    // Null where the policy's own scope is all there is.
    private static RequestScope? ScopeOf(MatchResources? match) => match is null ? null : Policy.ScopeOf(match, isOpen: true);
}
