using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Discovery.V1;

/// <summary>A part of the addresses behind a Service, with their conditions.</summary>
[Resource("discovery.k8s.io", "v1", "endpointslices", Namespaced = true)]
public sealed partial record EndpointSlice : IResource<EndpointSlice>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(4), Required, WrittenWhenEmpty, OneOf(typeof(AddressType))]
    public string AddressType { get; init; } = "";

    [Proto(2), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<Endpoint> Endpoints { get; init; } = [];

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
    [Proto(1), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Addresses { get; init; } = [];

    [Proto(2)]
    public EndpointConditions Conditions { get; init; } = EndpointConditions.Empty;

    [Proto(3)]
    public string? Hostname { get; init; }

    [Proto(4)]
    public ObjectReference? TargetRef { get; init; }

    [Proto(5)]
    public Map<string> DeprecatedTopology { get; init; } = [];

    [Proto(6)]
    public string? NodeName { get; init; }

    [Proto(7)]
    public string? Zone { get; init; }

    [Proto(8)]
    public EndpointHints? Hints { get; init; }
}

public sealed partial record EndpointConditions : IApiType<EndpointConditions>
{
    [Proto(1)]
    public bool? Ready { get; init; }

    [Proto(2)]
    public bool? Serving { get; init; }

    [Proto(3)]
    public bool? Terminating { get; init; }
}

public sealed partial record EndpointHints : IApiType<EndpointHints>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<ForZone> ForZones { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<ForNode> ForNodes { get; init; } = [];
}

[AtomicMap]
public sealed partial record EndpointPort : IApiType<EndpointPort>
{
    [Proto(1)]
    public string? Name { get; init; }

    [Proto(2), OneOf(typeof(Protocol))]
    public string? Protocol { get; init; }

    [Proto(3)]
    public int? Port { get; init; }

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
