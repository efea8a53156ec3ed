using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Where a validating policy holds, with which parameters, and what becomes of a violation.</summary>
public sealed class ValidatingAdmissionPolicyBindingResource : Resource<ValidatingAdmissionPolicyBinding>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<ValidatingAdmissionPolicyBinding>> Columns { get; } =
    [
        Columns<ValidatingAdmissionPolicyBinding>.Name,
        Columns<ValidatingAdmissionPolicyBinding>.Text("PolicyName", static value => value.Spec.PolicyName),
        Columns<ValidatingAdmissionPolicyBinding>.Text("ParamRef", static value => PolicyRules.ParamRefCell(value.Spec.ParamRef)),
        Columns<ValidatingAdmissionPolicyBinding>.Age,
    ];

    public override ValidatingAdmissionPolicyBinding Default(ValidatingAdmissionPolicyBinding value) =>
        value.Spec.MatchResources is { } match ? value with { Spec = value.Spec with { MatchResources = RuleValidation.Default(match) } } : value;

    public override bool ChangesGeneration(ValidatingAdmissionPolicyBinding value, ValidatingAdmissionPolicyBinding old) => value.Spec != old.Spec;

    public override void Validate(ValidatingAdmissionPolicyBinding value, FieldErrors errors)
    {
        PolicyRules.Binding(errors, value.Spec.PolicyName, value.Spec.ParamRef, value.Spec.MatchResources);
        var (path, actions) = (FieldPath.Of("spec") / "validationActions", value.Spec.ValidationActions);
        var isRepeated = Repeats.Of(actions);
        for (var i = 0; i < actions.Count; i++)
        {
            if (actions[i] is not (ValidationAction.Audit or ValidationAction.Deny or ValidationAction.Warn))
            {
                errors.NotSupported(path[i], actions[i], ["Audit", "Deny", "Warn"]);
            }

            if (isRepeated[i])
            {
                errors.Duplicate(path[i], actions[i]);
            }
        }

        if (actions.Contains(ValidationAction.Deny) && actions.Contains(ValidationAction.Warn))
        {
            errors.Invalid(path, RawValue.Of(actions), "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)");
        }

        if (actions.Count == 0)
        {
            errors.Required(path, "at least one validation action is required");
        }
    }
}
