namespace Navarch.Api.Rbac.V1;

[AtomicMap]
public sealed partial record Subject : IApiType<Subject>
{
    /// <summary>User, Group or ServiceAccount.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    /// <summary>Empty for service accounts, else rbac.authorization.k8s.io.</summary>
    [Proto(2), JsonName("apiGroup")]
    public string APIGroup { get; init; } = "";

    /// <summary>Name of the user, group or account.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Namespace of the account.</summary>
    [Proto(4)]
    public string Namespace { get; init; } = "";
}
