using Navarch.Api.Meta.V1;

namespace Navarch.Api.AdmissionRegistration.V1;

[Resource("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicies", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial record MutatingAdmissionPolicy : IResource<MutatingAdmissionPolicy>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public MutatingAdmissionPolicySpec Spec { get; init; } = MutatingAdmissionPolicySpec.Empty;
}

public sealed partial record MutatingAdmissionPolicySpec : IApiType<MutatingAdmissionPolicySpec>
{
    [Proto(1)]
    public ParamKind? ParamKind { get; init; }

    [Proto(2)]
    public MatchResources? MatchConstraints { get; init; }

    [Proto(3), ListAtomic]
    public IReadOnlyList<Variable> Variables { get; init; } = [];

    [Proto(4), ListAtomic]
    public IReadOnlyList<Mutation> Mutations { get; init; } = [];

    [Proto(5), OneOf(typeof(FailurePolicyType))]
    public string? FailurePolicy { get; init; }

    [Proto(6), Merge("name"), ListMap("name")]
    public IReadOnlyList<MatchCondition> MatchConditions { get; init; } = [];

    [Proto(7), OneOf(typeof(ReinvocationPolicyType))]
    public string ReinvocationPolicy { get; init; } = "";
}

public sealed partial record Mutation : IApiType<Mutation>
{
    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(PatchType))]
    public string PatchType { get; init; } = "";

    [Proto(3)]
    public ApplyConfiguration? ApplyConfiguration { get; init; }

    [Proto(4), JsonName("jsonPatch")]
    public JSONPatch? JSONPatch { get; init; }
}

public sealed partial record ApplyConfiguration : IApiType<ApplyConfiguration>
{
    [Proto(1)]
    public string Expression { get; init; } = "";
}

public sealed partial record JSONPatch : IApiType<JSONPatch>
{
    [Proto(1)]
    public string Expression { get; init; } = "";
}

/// <summary>The values of a PatchType.</summary>
public static class PatchType
{
    public const string ApplyConfiguration = "ApplyConfiguration";
    public const string JSONPatch = "JSONPatch";
}
