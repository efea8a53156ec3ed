using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>The addresses behind a Service in one object; superseded by EndpointSlice.</summary>
[Resource("", "v1", "endpoints", Namespaced = true, ShortNames = ["ep"])]
public sealed partial record Endpoints : IResource<Endpoints>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>Addresses and ports; each address of a subset has each of its ports.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<EndpointSubset> Subsets { get; init; } = [];
}

/// <summary>Addresses that share their ports.</summary>
public sealed partial record EndpointSubset : IApiType<EndpointSubset>
{
    /// <summary>Addresses that are ready.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<EndpointAddress> Addresses { get; init; } = [];

    /// <summary>Addresses that are not ready yet or no longer.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<EndpointAddress> NotReadyAddresses { get; init; } = [];

    /// <summary>The ports.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<EndpointPort> Ports { get; init; } = [];
}

[AtomicMap]
public sealed partial record EndpointAddress : IApiType<EndpointAddress>
{
    /// <summary>The address.</summary>
    [Proto(1), JsonName("ip"), Required, WrittenWhenEmpty]
    public string IP { get; init; } = "";

    /// <summary>Name of its own below the service's name.</summary>
    [Proto(3)]
    public string Hostname { get; init; } = "";

    /// <summary>Node it is on.</summary>
    [Proto(4)]
    public string? NodeName { get; init; }

    /// <summary>Object behind it, mostly a pod.</summary>
    [Proto(2)]
    public ObjectReference? TargetRef { get; init; }
}

[AtomicMap]
public sealed partial record EndpointPort : IApiType<EndpointPort>
{
    /// <summary>Name of the port; that of the service's port.</summary>
    [Proto(1)]
    public string Name { get; init; } = "";

    /// <summary>Its number.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    /// <summary>TCP, UDP or SCTP.</summary>
    [Proto(3), OneOf(typeof(Protocol))]
    public string Protocol { get; init; } = "";

    /// <summary>Protocol spoken on it, as a hint.</summary>
    [Proto(4)]
    public string? AppProtocol { get; init; }
}
