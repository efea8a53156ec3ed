using Navarch.Api.Meta.V1;

namespace Navarch.Api.ApiDiscovery.V2;

/// <summary>Everything that is served, in one document.</summary>
[ApiObject("apidiscovery.k8s.io", "v2")]
public sealed partial record APIGroupDiscoveryList : IApiType<APIGroupDiscoveryList>
{
    [Proto(1)]
    public ListMeta Metadata { get; init; } = ListMeta.Empty;

    /// <summary>The groups, those that clients should look into first coming first.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public IReadOnlyList<APIGroupDiscovery> Items { get; init; } = [];
}

public sealed partial record APIGroupDiscovery : IApiType<APIGroupDiscovery>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The versions of the group, the preferred one first.</summary>
    [Proto(2), ListMap("version")]
    public IReadOnlyList<APIVersionDiscovery> Versions { get; init; } = [];
}

public sealed partial record APIVersionDiscovery : IApiType<APIVersionDiscovery>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Version { get; init; } = "";

    [Proto(2), ListMap("resource")]
    public IReadOnlyList<APIResourceDiscovery> Resources { get; init; } = [];

    /// <summary>Current, or Stale where the server that knows does not answer.</summary>
    [Proto(3)]
    public string Freshness { get; init; } = "";
}

public sealed partial record APIResourceDiscovery : IApiType<APIResourceDiscovery>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Resource { get; init; } = "";

    [Proto(2)]
    public GroupVersionKind? ResponseKind { get; init; }

    /// <summary>Namespaced or Cluster.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string Scope { get; init; } = "";

    [Proto(4), Required, WrittenWhenEmpty]
    public string SingularResource { get; init; } = "";

    [Proto(5), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    [Proto(6), ListSet]
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    [Proto(7), ListSet]
    public IReadOnlyList<string> Categories { get; init; } = [];

    [Proto(8), ListMap("subresource")]
    public IReadOnlyList<APISubresourceDiscovery> Subresources { get; init; } = [];
}

public sealed partial record APISubresourceDiscovery : IApiType<APISubresourceDiscovery>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Subresource { get; init; } = "";

    [Proto(2)]
    public GroupVersionKind? ResponseKind { get; init; }

    [Proto(3), ListMap("group", "version", "kind")]
    public IReadOnlyList<GroupVersionKind> AcceptedTypes { get; init; } = [];

    [Proto(4), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Verbs { get; init; } = [];
}
