using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>Limits on what a namespace may use in total.</summary>
[Resource("", "v1", "resourcequotas", Namespaced = true, ShortNames = ["quota"])]
public sealed partial record ResourceQuota : IResource<ResourceQuota>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public ResourceQuotaSpec Spec { get; init; } = ResourceQuotaSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public ResourceQuotaStatus Status { get; init; } = ResourceQuotaStatus.Empty;
}

public sealed partial record ResourceQuotaSpec : IApiType<ResourceQuotaSpec>
{
    [Proto(1)]
    public Map<Quantity> Hard { get; init; } = [];

    [Proto(2), OneOf(typeof(ResourceQuotaScope)), ListAtomic]
    public IReadOnlyList<string> Scopes { get; init; } = [];

    [Proto(3)]
    public ScopeSelector? ScopeSelector { get; init; }
}

public sealed partial record ResourceQuotaStatus : IApiType<ResourceQuotaStatus>
{
    [Proto(1)]
    public Map<Quantity> Hard { get; init; } = [];

    [Proto(2)]
    public Map<Quantity> Used { get; init; } = [];
}

[AtomicMap]
public sealed partial record ScopeSelector : IApiType<ScopeSelector>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<ScopedResourceSelectorRequirement> MatchExpressions { get; init; } = [];
}

public sealed partial record ScopedResourceSelectorRequirement : IApiType<ScopedResourceSelectorRequirement>
{
    [Proto(1), Required, WrittenWhenEmpty, OneOf(typeof(ResourceQuotaScope))]
    public string ScopeName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(ScopeSelectorOperator))]
    public string Operator { get; init; } = "";

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Values { get; init; } = [];
}

/// <summary>The values of a ScopeSelectorOperator.</summary>
public static class ScopeSelectorOperator
{
    public const string ScopeSelectorOpDoesNotExist = "DoesNotExist";
    public const string ScopeSelectorOpExists = "Exists";
    public const string ScopeSelectorOpIn = "In";
    public const string ScopeSelectorOpNotIn = "NotIn";
}

/// <summary>The values of a ResourceQuotaScope.</summary>
public static class ResourceQuotaScope
{
    public const string BestEffort = "BestEffort";
    public const string CrossNamespacePodAffinity = "CrossNamespacePodAffinity";
    public const string NotBestEffort = "NotBestEffort";
    public const string NotTerminating = "NotTerminating";
    public const string PriorityClass = "PriorityClass";
    public const string Terminating = "Terminating";
    public const string VolumeAttributesClass = "VolumeAttributesClass";
}
