using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Expressions that change objects before they are stored.</summary>
public sealed class MutatingAdmissionPolicyResource : Resource<MutatingAdmissionPolicy>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override string StorageVersion => "v1beta1";

    public override IReadOnlyList<Column<MutatingAdmissionPolicy>> Columns { get; } =
    [
        Columns<MutatingAdmissionPolicy>.Name,
        Columns<MutatingAdmissionPolicy>.Integer("Mutations", static value => value.Spec.Mutations.Count),
        Columns<MutatingAdmissionPolicy>.Text("ParamKind", static value => PolicyRules.ParamKindCell(value.Spec.ParamKind)),
        Columns<MutatingAdmissionPolicy>.Age,
    ];

    public override MutatingAdmissionPolicy Default(MutatingAdmissionPolicy value) => value with
    {
        Spec = value.Spec with
        {
            FailurePolicy = value.Spec.FailurePolicy ?? FailurePolicyType.Fail,
            MatchConstraints = value.Spec.MatchConstraints is { } match ? RuleValidation.Default(match) : null,
        },
    };

    public override bool ChangesGeneration(MutatingAdmissionPolicy value, MutatingAdmissionPolicy old) => value.Spec != old.Spec;

    public override void Validate(MutatingAdmissionPolicy value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        PolicyRules.FailurePolicy(errors, path, spec.FailurePolicy);
        PolicyRules.ParamKind(errors, path / "paramKind", spec.ParamKind);
        PolicyRules.Constraints(errors, path / "matchConstraints", spec.MatchConstraints);
        PolicyRules.MatchConditions(errors, path / "matchConditions", spec.MatchConditions, AdmissionExpressions.Environment(spec.ParamKind is not null, hasAuthorizer: true));
        var variables = PolicyRules.Variables(errors, path / "variables", spec.Variables, spec.ParamKind is not null);
        var environment = AdmissionExpressions.Environment(spec.ParamKind is not null, hasAuthorizer: true, variables, makesObjects: true);
        if (spec.Mutations.Count == 0)
        {
            errors.Required(path / "mutations", "mutations must contain at least one item");
        }

        for (var i = 0; i < spec.Mutations.Count; i++)
        {
            Mutation(errors, (path / "mutations")[i], spec.Mutations[i], environment);
        }

        errors.RequiredOneOf(path, "reinvocationPolicy", spec.ReinvocationPolicy, ["IfNeeded", "Never"]);
    }

    private static void Mutation(FieldErrors errors, FieldPath path, Mutation mutation, CelEnvironment environment)
    {
        errors.RequiredOneOf(path, "patchType", mutation.PatchType, [PatchType.ApplyConfiguration, PatchType.JSONPatch]);
        Member("applyConfiguration", PatchType.ApplyConfiguration, mutation.ApplyConfiguration is not null, mutation.ApplyConfiguration?.Expression);
        Member("jsonPatch", PatchType.JSONPatch, mutation.JSONPatch is not null, mutation.JSONPatch?.Expression);

        void Member(string field, string type, bool isSet, string? expression)
        {
            if (mutation.PatchType != type)
            {
                if (isSet && mutation.PatchType.Length > 0)
                {
                    errors.Forbidden(path / field, $"may only be specified when patchType is {type}");
                }
            }
            else if (!isSet)
            {
                errors.Required(path / field, $"must be specified when patchType is {type}");
            }
            else if (string.IsNullOrWhiteSpace(expression))
            {
                errors.Required(path / field / "expression", "expression is not specified");
            }
            else
            {
                AdmissionExpressions.Validate(
                    errors, path / field / "expression", environment, expression, type == PatchType.JSONPatch ? AdmissionExpressions.PatchType : AdmissionExpressions.AppliedType);
            }
        }
    }
}
