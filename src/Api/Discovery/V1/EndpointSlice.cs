using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Discovery.V1;

/// <summary>A part of the addresses behind a Service, with their conditions.</summary>
[Resource("discovery.k8s.io", "v1", "endpointslices", Namespaced = true)]
public sealed partial record EndpointSlice : IResource<EndpointSlice>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>IPv4, IPv6 or FQDN. Cannot be changed.</summary>
    [Proto(4), Required, WrittenWhenEmpty, OneOf(typeof(AddressType))]
    public string AddressType { get; init; } = "";

    /// <summary>The endpoints, at most 1000.</summary>
    [Proto(2), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<Endpoint> Endpoints { get; init; } = [];

    /// <summary>Ports that every endpoint of the slice has.</summary>
    [Proto(3), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<EndpointPort> Ports { get; init; } = [];
}

/// <summary>The values of a AddressType.</summary>
public static class AddressType
{
    public const string FQDN = "FQDN";
    public const string IPv4 = "IPv4";
    public const string IPv6 = "IPv6";
}

public sealed partial record Endpoint : IApiType<Endpoint>
{
    /// <summary>Its addresses; consumers use the first.</summary>
    [Proto(1), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Whether traffic should go there.</summary>
    [Proto(2)]
    public EndpointConditions Conditions { get; init; } = EndpointConditions.Empty;

    /// <summary>Name of its own below the service's name.</summary>
    [Proto(3)]
    public string? Hostname { get; init; }

    /// <summary>Object behind it, mostly a pod.</summary>
    [Proto(4)]
    public ObjectReference? TargetRef { get; init; }

    [Proto(5)]
    public Map<string> DeprecatedTopology { get; init; } = [];

    /// <summary>Node it is on.</summary>
    [Proto(6)]
    public string? NodeName { get; init; }

    /// <summary>Zone it is in.</summary>
    [Proto(7)]
    public string? Zone { get; init; }

    /// <summary>Who had better use it.</summary>
    [Proto(8)]
    public EndpointHints? Hints { get; init; }
}

public sealed partial record EndpointConditions : IApiType<EndpointConditions>
{
    /// <summary>Whether it takes traffic. Unknown counts as yes.</summary>
    [Proto(1)]
    public bool? Ready { get; init; }

    /// <summary>Whether it could take traffic, even while it is terminating.</summary>
    [Proto(2)]
    public bool? Serving { get; init; }

    /// <summary>Whether it is on its way out.</summary>
    [Proto(3)]
    public bool? Terminating { get; init; }
}

public sealed partial record EndpointHints : IApiType<EndpointHints>
{
    /// <summary>Zones whose clients had better use it.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<ForZone> ForZones { get; init; } = [];

    /// <summary>Nodes whose clients had better use it.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<ForNode> ForNodes { get; init; } = [];
}

[AtomicMap]
public sealed partial record EndpointPort : IApiType<EndpointPort>
{
    /// <summary>Name of the port; that of the service's port.</summary>
    [Proto(1)]
    public string? Name { get; init; }

    /// <summary>TCP, UDP or SCTP.</summary>
    [Proto(2), OneOf(typeof(Protocol))]
    public string? Protocol { get; init; }

    /// <summary>Its number.</summary>
    [Proto(3)]
    public int? Port { get; init; }

    /// <summary>Protocol spoken on it, as a hint.</summary>
    [Proto(4)]
    public string? AppProtocol { get; init; }
}

public sealed partial record ForNode : IApiType<ForNode>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}

public sealed partial record ForZone : IApiType<ForZone>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
