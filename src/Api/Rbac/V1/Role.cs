using Navarch.Api.Meta.V1;

namespace Navarch.Api.Rbac.V1;

/// <summary>Permissions within a namespace.</summary>
[Resource("rbac.authorization.k8s.io", "v1", "roles", Namespaced = true)]
public sealed partial record Role : IResource<Role>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>What is allowed in the namespace.</summary>
    [Proto(2), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];
}
