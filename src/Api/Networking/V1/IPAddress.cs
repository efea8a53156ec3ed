using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

[Resource("networking.k8s.io", "v1", "ipaddresses", Namespaced = false, ShortNames = ["ip"])]
public sealed partial record IPAddress : IResource<IPAddress>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public IPAddressSpec Spec { get; init; } = IPAddressSpec.Empty;
}

public sealed partial record IPAddressSpec : IApiType<IPAddressSpec>
{
    [Proto(1), Required]
    public ParentReference? ParentRef { get; init; }
}

public sealed partial record ParentReference : IApiType<ParentReference>
{
    [Proto(1)]
    public string Group { get; init; } = "";

    [Proto(2), Required]
    public string Resource { get; init; } = "";

    [Proto(3)]
    public string Namespace { get; init; } = "";

    [Proto(4), Required]
    public string Name { get; init; } = "";
}
