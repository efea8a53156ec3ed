namespace Navarch.Api.Rbac.V1;

[AtomicMap]
public sealed partial record RoleRef : IApiType<RoleRef>
{
    /// <summary>rbac.authorization.k8s.io.</summary>
    [Proto(1), JsonName("apiGroup"), WrittenWhenEmpty]
    public string APIGroup { get; init; } = "";

    /// <summary>Role or ClusterRole.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    /// <summary>Name of the role.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
