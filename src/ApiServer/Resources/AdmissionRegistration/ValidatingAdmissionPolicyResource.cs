using System.Text;
using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Expressions that decide whether objects may be stored.</summary>
public sealed class ValidatingAdmissionPolicyResource : Resource<ValidatingAdmissionPolicy>
{
    private const int AuditAnnotationsMax = 20;
    private const int ValueExpressionBytesMax = 5 * 1024;

    private static readonly string[] Reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];

    public override bool HasGeneration => true;

    public override bool HasStatus => true;

    public override IReadOnlyList<string> StatusKeeps => ["metadata.annotations", "metadata.finalizers", "metadata.labels", "metadata.ownerReferences"];

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<ValidatingAdmissionPolicy>> Columns { get; } =
    [
        Columns<ValidatingAdmissionPolicy>.Name,
        Columns<ValidatingAdmissionPolicy>.Integer("Validations", static value => value.Spec.Validations.Count),
        Columns<ValidatingAdmissionPolicy>.Text("ParamKind", static value => PolicyRules.ParamKindCell(value.Spec.ParamKind)),
        Columns<ValidatingAdmissionPolicy>.Age,
    ];

    public override ValidatingAdmissionPolicy Default(ValidatingAdmissionPolicy value) => value with
    {
        Spec = value.Spec with
        {
            FailurePolicy = value.Spec.FailurePolicy ?? FailurePolicyType.Fail,
            MatchConstraints = value.Spec.MatchConstraints is { } match ? RuleValidation.Default(match) : null,
        },
    };

    public override ValidatingAdmissionPolicy PrepareForCreate(ValidatingAdmissionPolicy value, WriteContext context) => value with { Status = ValidatingAdmissionPolicyStatus.Empty };

    public override ValidatingAdmissionPolicy PrepareForUpdate(ValidatingAdmissionPolicy value, ValidatingAdmissionPolicy old, WriteContext context) => value with { Status = old.Status };

    public override ValidatingAdmissionPolicy PrepareForStatusUpdate(ValidatingAdmissionPolicy value, ValidatingAdmissionPolicy old, WriteContext context) => value with
    {
        Spec = old.Spec,
        Metadata = old.Metadata with { ResourceVersion = value.Metadata.ResourceVersion, ManagedFields = value.Metadata.ManagedFields },
    };

    public override bool ChangesGeneration(ValidatingAdmissionPolicy value, ValidatingAdmissionPolicy old) => value.Spec != old.Spec;

    public override void Validate(ValidatingAdmissionPolicy value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        PolicyRules.FailurePolicy(errors, path, spec.FailurePolicy);
        PolicyRules.ParamKind(errors, path / "paramKind", spec.ParamKind);
        PolicyRules.Constraints(errors, path / "matchConstraints", spec.MatchConstraints);
        var hasParams = spec.ParamKind is not null;
        PolicyRules.MatchConditions(errors, path / "matchConditions", spec.MatchConditions, AdmissionExpressions.Environment(hasParams, hasAuthorizer: true));
        var variables = PolicyRules.Variables(errors, path / "variables", spec.Variables, hasParams);
        if (spec.Validations.Count == 0 && spec.AuditAnnotations.Count == 0)
        {
            errors.Required(path / "validations", "validations or auditAnnotations must contain at least one item");
            errors.Required(path / "auditAnnotations", "validations or auditAnnotations must contain at least one item");
        }

        for (var i = 0; i < spec.Validations.Count; i++)
        {
            Validation(errors, (path / "validations")[i], spec.Validations[i], hasParams, variables);
        }

        AuditAnnotations(errors, path / "auditAnnotations", value.Metadata.Name, spec.AuditAnnotations, AdmissionExpressions.Environment(hasParams, hasAuthorizer: true, variables));
    }

    public override void ValidateStatusUpdate(ValidatingAdmissionPolicy value, ValidatingAdmissionPolicy old, FieldErrors errors)
    {
        var path = FieldPath.Of("status");
        var warnings = value.Status.TypeChecking?.ExpressionWarnings ?? [];
        for (var i = 0; i < warnings.Count; i++)
        {
            var at = (path / "typeChecking" / "expressionWarnings")[i];
            errors.RequiredText(at, "warning", warnings[i].Warning);
            errors.RequiredText(at, "fieldRef", warnings[i].FieldRef.Trim());
        }

        errors.Conditions(path / "conditions", value.Status.Conditions);
    }

    private static void Validation(FieldErrors errors, FieldPath path, Validation validation, bool hasParams, CelType variables)
    {
        if (string.IsNullOrWhiteSpace(validation.Expression))
        {
            errors.Required(path / "expression", "expression is not specified");
        }
        else
        {
            AdmissionExpressions.Validate(errors, path / "expression", AdmissionExpressions.Environment(hasParams, hasAuthorizer: true, variables), validation.Expression, CelType.Bool);
        }

        if (validation.MessageExpression.Length > 0 && string.IsNullOrWhiteSpace(validation.MessageExpression))
        {
            errors.Invalid(path / "messageExpression", validation.MessageExpression, "must be non-empty if specified");
        }
        else if (validation.MessageExpression.Length > 0)
        {
            // A message says what is wrong, not what somebody else might do.
            AdmissionExpressions.Validate(errors, path / "messageExpression", AdmissionExpressions.Environment(hasParams, hasAuthorizer: false, variables), validation.MessageExpression, CelType.String);
        }

        var message = validation.Message.Trim();
        if (validation.Message.Length > 0 && message.Length == 0)
        {
            errors.Invalid(path / "message", validation.Message, "message must be non-empty if specified");
        }
        else if (HasLineBreaks(message))
        {
            errors.Invalid(path / "message", validation.Message, "message must not contain line breaks");
        }
        else if (HasLineBreaks(validation.Expression.Trim()) && message.Length == 0)
        {
            errors.Required(path / "message", "message must be specified if expression contains line breaks");
        }

        if (validation.Reason is { } reason)
        {
            errors.OneOf(path, "reason", reason, Reasons);
        }
    }

    private static void AuditAnnotations(FieldErrors errors, FieldPath path, string policy, IReadOnlyList<AuditAnnotation> annotations, CelEnvironment environment)
    {
        if (annotations.Count > AuditAnnotationsMax)
        {
            errors.Invalid(path, new RawValue($"[{string.Join(',', annotations.Select(static annotation => RawValue.Of(annotation).Json))}]"), "must not have more than 20 auditAnnotations");
        }

        var isRepeated = Repeats.Of(annotations, static item => item.Key);
        for (var i = 0; i < annotations.Count; i++)
        {
            var (at, annotation) = (path[i], annotations[i]);
            if (policy.Length > 0)
            {
                errors.QualifiedName(at / "key", $"{policy}/{annotation.Key}");
            }
            else
            {
                errors.Invalid(at / "key", annotation.Key, "requires metadata.name be non-empty");
            }

            var expression = annotation.ValueExpression.Trim();
            if (expression.Length == 0)
            {
                errors.Required(at / "valueExpression", "valueExpression is not specified");
            }
            else if (Encoding.UTF8.GetByteCount(expression) > ValueExpressionBytesMax)
            {
                errors.Required(at / "valueExpression", "must not exceed 5120 bytes in length");
            }
            else
            {
                AdmissionExpressions.Validate(errors, at / "valueExpression", environment, annotation.ValueExpression, CelType.String, CelType.Null);
            }

            if (isRepeated[i])
            {
                errors.Duplicate(at / "key", annotation.Key);
            }
        }
    }

    private static bool HasLineBreaks(string text) => text.AsSpan().IndexOfAny('\n', '\r') >= 0;
}
