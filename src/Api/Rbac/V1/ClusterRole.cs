using Navarch.Api.Meta.V1;

namespace Navarch.Api.Rbac.V1;

/// <summary>Permissions in the whole cluster, or to be granted in any namespace.</summary>
[Resource("rbac.authorization.k8s.io", "v1", "clusterroles", Namespaced = false)]
public sealed partial record ClusterRole : IResource<ClusterRole>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>What is allowed, in all namespaces or for cluster-wide kinds.</summary>
    [Proto(2), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    /// <summary>Cluster roles whose rules this one is made of; rules is then filled in.</summary>
    [Proto(3)]
    public AggregationRule? AggregationRule { get; init; }
}

public sealed partial record AggregationRule : IApiType<AggregationRule>
{
    /// <summary>Labels of the cluster roles.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<LabelSelector> ClusterRoleSelectors { get; init; } = [];
}
