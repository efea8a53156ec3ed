using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Where a mutating policy holds, and with which parameters.</summary>
public sealed class MutatingAdmissionPolicyBindingResource : Resource<MutatingAdmissionPolicyBinding>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override string StorageVersion => "v1beta1";

    public override IReadOnlyList<Column<MutatingAdmissionPolicyBinding>> Columns { get; } =
    [
        Columns<MutatingAdmissionPolicyBinding>.Name,
        Columns<MutatingAdmissionPolicyBinding>.Text("PolicyName", static value => value.Spec.PolicyName),
        Columns<MutatingAdmissionPolicyBinding>.Text("ParamRef", static value => PolicyRules.ParamRefCell(value.Spec.ParamRef)),
        Columns<MutatingAdmissionPolicyBinding>.Age,
    ];

    public override MutatingAdmissionPolicyBinding Default(MutatingAdmissionPolicyBinding value) =>
        value.Spec.MatchResources is { } match ? value with { Spec = value.Spec with { MatchResources = RuleValidation.Default(match) } } : value;

    public override bool ChangesGeneration(MutatingAdmissionPolicyBinding value, MutatingAdmissionPolicyBinding old) => value.Spec != old.Spec;

    public override void Validate(MutatingAdmissionPolicyBinding value, FieldErrors errors) =>
        PolicyRules.Binding(errors, value.Spec.PolicyName, value.Spec.ParamRef, value.Spec.MatchResources);
}
