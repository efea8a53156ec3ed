namespace Navarch.Api.Meta.V1;

[ApiObject("", "v1")]
public sealed partial record APIGroupList : IApiType<APIGroupList>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<APIGroup> Groups { get; init; } = [];
}

[ApiObject("", "v1")]
public sealed partial record APIGroup : IApiType<APIGroup>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<GroupVersionForDiscovery> Versions { get; init; } = [];

    [Proto(3)]
    public GroupVersionForDiscovery PreferredVersion { get; init; } = GroupVersionForDiscovery.Empty;

    [Proto(4), ListAtomic]
    public IReadOnlyList<ServerAddressByClientCIDR> ServerAddressByClientCIDRs { get; init; } = [];
}

public sealed partial record GroupVersionForDiscovery : IApiType<GroupVersionForDiscovery>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string GroupVersion { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Version { get; init; } = "";
}

public sealed partial record ServerAddressByClientCIDR : IApiType<ServerAddressByClientCIDR>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string ClientCIDR { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string ServerAddress { get; init; } = "";
}
