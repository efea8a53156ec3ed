using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Webhooks;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>Where a policy holds, with which parameters, and what becomes of what it refuses.</summary>
internal sealed class PolicyBinding(ValidatingAdmissionPolicyBinding binding)
{
    public string Name { get; } = binding.Metadata.Name;

    public string PolicyName { get; } = binding.Spec.PolicyName;

    /// <summary>Null where the policy's own scope is all there is.</summary>
    public RequestScope? Scope { get; } = binding.Spec.MatchResources is { } match ? Policy.ScopeOf(match, isOpen: true) : null;

    public ParamRef? ParamRef { get; } = binding.Spec.ParamRef;

    public IReadOnlyList<string> Actions { get; } = binding.Spec.ValidationActions;

    public bool Does(string action) => Actions.Contains(action);
}
