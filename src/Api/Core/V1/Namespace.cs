using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A scope for names: objects of two namespaces may bear the same name.</summary>
[Resource("", "v1", "namespaces", Namespaced = false, ShortNames = ["ns"])]
public sealed partial record Namespace : IResource<Namespace>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public NamespaceSpec Spec { get; init; } = NamespaceSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public NamespaceStatus Status { get; init; } = NamespaceStatus.Empty;
}

public sealed partial record NamespaceSpec : IApiType<NamespaceSpec>
{
    /// <summary>Who must clear the namespace before it is removed.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Finalizers { get; init; } = [];
}

public sealed partial record NamespaceStatus : IApiType<NamespaceStatus>
{
    /// <summary>Active or Terminating.</summary>
    [Proto(1), OneOf(typeof(NamespacePhase))]
    public string Phase { get; init; } = "";

    /// <summary>While terminating: what is still in the way.</summary>
    [Proto(2), Merge("type"), ListMap("type")]
    public IReadOnlyList<NamespaceCondition> Conditions { get; init; } = [];
}

public sealed partial record NamespaceCondition : IApiType<NamespaceCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When the status changed last.</summary>
    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(5)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(6)]
    public string Message { get; init; } = "";
}

/// <summary>The values of a NamespacePhase.</summary>
public static class NamespacePhase
{
    public const string NamespaceActive = "Active";
    public const string NamespaceTerminating = "Terminating";
}
