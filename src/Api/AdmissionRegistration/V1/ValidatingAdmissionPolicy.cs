using Navarch.Api.Meta.V1;

namespace Navarch.Api.AdmissionRegistration.V1;

[Resource("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial record ValidatingAdmissionPolicy : IResource<ValidatingAdmissionPolicy>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public ValidatingAdmissionPolicySpec Spec { get; init; } = ValidatingAdmissionPolicySpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public ValidatingAdmissionPolicyStatus Status { get; init; } = ValidatingAdmissionPolicyStatus.Empty;
}

public sealed partial record ValidatingAdmissionPolicySpec : IApiType<ValidatingAdmissionPolicySpec>
{
    [Proto(1)]
    public ParamKind? ParamKind { get; init; }

    [Proto(2)]
    public MatchResources? MatchConstraints { get; init; }

    [Proto(3), ListAtomic]
    public IReadOnlyList<Validation> Validations { get; init; } = [];

    [Proto(4), OneOf(typeof(FailurePolicyType))]
    public string? FailurePolicy { get; init; }

    [Proto(5), ListAtomic]
    public IReadOnlyList<AuditAnnotation> AuditAnnotations { get; init; } = [];

    [Proto(6), Merge("name"), ListMap("name")]
    public IReadOnlyList<MatchCondition> MatchConditions { get; init; } = [];

    [Proto(7), Merge("name"), ListMap("name")]
    public IReadOnlyList<Variable> Variables { get; init; } = [];
}

public sealed partial record ValidatingAdmissionPolicyStatus : IApiType<ValidatingAdmissionPolicyStatus>
{
    [Proto(1)]
    public long ObservedGeneration { get; init; }

    [Proto(2)]
    public TypeChecking? TypeChecking { get; init; }

    [Proto(3), ListMap("type")]
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

public sealed partial record AuditAnnotation : IApiType<AuditAnnotation>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string ValueExpression { get; init; } = "";
}

public sealed partial record TypeChecking : IApiType<TypeChecking>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<ExpressionWarning> ExpressionWarnings { get; init; } = [];
}

public sealed partial record ExpressionWarning : IApiType<ExpressionWarning>
{
    [Proto(2), Required, WrittenWhenEmpty]
    public string FieldRef { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Warning { get; init; } = "";
}

public sealed partial record Validation : IApiType<Validation>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Expression { get; init; } = "";

    [Proto(2)]
    public string Message { get; init; } = "";

    [Proto(3)]
    public string? Reason { get; init; }

    [Proto(4)]
    public string MessageExpression { get; init; } = "";
}
