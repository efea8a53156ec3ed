using Navarch.Api.Meta.V1;

namespace Navarch.Api.Rbac.V1;

/// <summary>Grants a cluster role to subjects everywhere.</summary>
[Resource("rbac.authorization.k8s.io", "v1", "clusterrolebindings", Namespaced = false)]
public sealed partial record ClusterRoleBinding : IResource<ClusterRoleBinding>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>Who gets the rights.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<Subject> Subjects { get; init; } = [];

    /// <summary>The cluster role. Cannot be changed.</summary>
    [Proto(3), Required]
    public RoleRef RoleRef { get; init; } = RoleRef.Empty;
}
