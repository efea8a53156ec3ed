namespace Navarch.Api.Meta.V1;

[ApiObject("", "v1")]
public sealed partial record APIResourceList : IApiType<APIResourceList>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string GroupVersion { get; init; } = "";

    [Proto(2), JsonName("resources"), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<APIResource> APIResources { get; init; } = [];
}

public sealed partial record APIResource : IApiType<APIResource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(6), Required, WrittenWhenEmpty]
    public string SingularName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public bool Namespaced { get; init; }

    [Proto(8)]
    public string Group { get; init; } = "";

    [Proto(9)]
    public string Version { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(4, Wrapped = true), Required, WrittenWhenEmpty]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    [Proto(5), ListAtomic]
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    [Proto(7), ListAtomic]
    public IReadOnlyList<string> Categories { get; init; } = [];

    [Proto(10)]
    public string StorageVersionHash { get; init; } = "";
}
