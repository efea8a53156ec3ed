using Navarch.Api.Meta.V1;

namespace Navarch.Api.Rbac.V1;

/// <summary>Grants a role to subjects within a namespace.</summary>
[Resource("rbac.authorization.k8s.io", "v1", "rolebindings", Namespaced = true)]
public sealed partial record RoleBinding : IResource<RoleBinding>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), ListAtomic]
    public IReadOnlyList<Subject> Subjects { get; init; } = [];

    [Proto(3), Required]
    public RoleRef RoleRef { get; init; } = RoleRef.Empty;
}
