using Navarch.Api.Meta.V1;

namespace Navarch.Api.Rbac.V1;

/// <summary>Permissions in the whole cluster, or to be granted in any namespace.</summary>
[Resource("rbac.authorization.k8s.io", "v1", "clusterroles", Namespaced = false)]
public sealed partial record ClusterRole : IResource<ClusterRole>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    [Proto(3)]
    public AggregationRule? AggregationRule { get; init; }
}

public sealed partial record AggregationRule : IApiType<AggregationRule>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<LabelSelector> ClusterRoleSelectors { get; init; } = [];
}
