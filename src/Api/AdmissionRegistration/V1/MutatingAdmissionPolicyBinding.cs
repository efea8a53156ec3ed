using Navarch.Api.Meta.V1;

namespace Navarch.Api.AdmissionRegistration.V1;

[Resource("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicybindings", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial record MutatingAdmissionPolicyBinding : IResource<MutatingAdmissionPolicyBinding>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public MutatingAdmissionPolicyBindingSpec Spec { get; init; } = MutatingAdmissionPolicyBindingSpec.Empty;
}

public sealed partial record MutatingAdmissionPolicyBindingSpec : IApiType<MutatingAdmissionPolicyBindingSpec>
{
    [Proto(1)]
    public string PolicyName { get; init; } = "";

    [Proto(2)]
    public ParamRef? ParamRef { get; init; }

    [Proto(3)]
    public MatchResources? MatchResources { get; init; }
}
