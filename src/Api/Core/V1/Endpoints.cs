using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>The addresses behind a Service in one object; superseded by EndpointSlice.</summary>
[Resource("", "v1", "endpoints", Namespaced = true, ShortNames = ["ep"])]
public sealed partial record Endpoints : IResource<Endpoints>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), ListAtomic]
    public IReadOnlyList<EndpointSubset> Subsets { get; init; } = [];
}

public sealed partial record EndpointSubset : IApiType<EndpointSubset>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<EndpointAddress> Addresses { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<EndpointAddress> NotReadyAddresses { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<EndpointPort> Ports { get; init; } = [];
}

[AtomicMap]
public sealed partial record EndpointAddress : IApiType<EndpointAddress>
{
    [Proto(1), JsonName("ip"), Required, WrittenWhenEmpty]
    public string IP { get; init; } = "";

    [Proto(3)]
    public string Hostname { get; init; } = "";

    [Proto(4)]
    public string? NodeName { get; init; }

    [Proto(2)]
    public ObjectReference? TargetRef { get; init; }
}

[AtomicMap]
public sealed partial record EndpointPort : IApiType<EndpointPort>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    [Proto(3), OneOf(typeof(Protocol))]
    public string Protocol { get; init; } = "";

    [Proto(4)]
    public string? AppProtocol { get; init; }
}
