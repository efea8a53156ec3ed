using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A scope for names: objects of two namespaces may bear the same name.</summary>
[Resource("", "v1", "namespaces", Namespaced = false, ShortNames = ["ns"])]
public sealed partial record Namespace : IResource<Namespace>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public NamespaceSpec Spec { get; init; } = NamespaceSpec.Empty;

    [Proto(3)]
    public NamespaceStatus Status { get; init; } = NamespaceStatus.Empty;
}

public sealed partial record NamespaceSpec : IApiType<NamespaceSpec>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Finalizers { get; init; } = [];
}

public sealed partial record NamespaceStatus : IApiType<NamespaceStatus>
{
    [Proto(1), OneOf(typeof(NamespacePhase))]
    public string Phase { get; init; } = "";

    [Proto(2), Merge("type"), ListMap("type")]
    public IReadOnlyList<NamespaceCondition> Conditions { get; init; } = [];
}

public sealed partial record NamespaceCondition : IApiType<NamespaceCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(5)]
    public string Reason { get; init; } = "";

    [Proto(6)]
    public string Message { get; init; } = "";
}

/// <summary>The values of a NamespacePhase.</summary>
public static class NamespacePhase
{
    public const string NamespaceActive = "Active";
    public const string NamespaceTerminating = "Terminating";
}
