using Navarch.Api.Meta.V1;

namespace Navarch.Api.AdmissionRegistration.V1;

[Resource("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial record ValidatingAdmissionPolicyBinding : IResource<ValidatingAdmissionPolicyBinding>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public ValidatingAdmissionPolicyBindingSpec Spec { get; init; } = ValidatingAdmissionPolicyBindingSpec.Empty;
}

public sealed partial record ValidatingAdmissionPolicyBindingSpec : IApiType<ValidatingAdmissionPolicyBindingSpec>
{
    [Proto(1), Required]
    public string PolicyName { get; init; } = "";

    [Proto(2)]
    public ParamRef? ParamRef { get; init; }

    [Proto(3)]
    public MatchResources? MatchResources { get; init; }

    [Proto(4), Required, OneOf(typeof(ValidationAction)), ListSet]
    public IReadOnlyList<string> ValidationActions { get; init; } = [];
}

/// <summary>The values of a ValidationAction.</summary>
public static class ValidationAction
{
    public const string Audit = "Audit";
    public const string Deny = "Deny";
    public const string Warn = "Warn";
}
