using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A stable address and name for a changing set of pods.</summary>
[Resource("", "v1", "services", Namespaced = true, ShortNames = ["svc"], Categories = ["all"])]
public sealed partial record Service : IResource<Service>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public ServiceSpec Spec { get; init; } = ServiceSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public ServiceStatus Status { get; init; } = ServiceStatus.Empty;
}

/// <summary>Which pods a service stands for and at which addresses and ports.</summary>
public sealed partial record ServiceSpec : IApiType<ServiceSpec>
{
    /// <summary>Ports the service offers.</summary>
    [Proto(1), Merge("port"), ListMap("port", "protocol")]
    public IReadOnlyList<ServicePort> Ports { get; init; } = [];

    /// <summary>Labels of the pods the service stands for.</summary>
    [Proto(2), AtomicMap]
    public Map<string> Selector { get; init; } = [];

    /// <summary>Virtual address of the service; None for a service without one.</summary>
    [Proto(3)]
    public string ClusterIP { get; init; } = "";

    /// <summary>Addresses of the service, one per IP family; the first is clusterIP.</summary>
    [Proto(18), ListAtomic]
    public IReadOnlyList<string> ClusterIPs { get; init; } = [];

    /// <summary>ClusterIP, NodePort, LoadBalancer or ExternalName.</summary>
    [Proto(4), OneOf(typeof(ServiceType))]
    public string Type { get; init; } = "";

    /// <summary>Further addresses whose traffic nodes accept for the service. That it gets there is the user's business.</summary>
    [Proto(5), ListAtomic]
    public IReadOnlyList<string> ExternalIPs { get; init; } = [];

    /// <summary>None (default), or ClientIP: connections of one client go to one pod.</summary>
    [Proto(7), OneOf(typeof(ServiceAffinity))]
    public string SessionAffinity { get; init; } = "";

    /// <summary>Address to ask the load balancer for. Deprecated: load balancers differ in what they make of it.</summary>
    [Proto(8)]
    public string LoadBalancerIP { get; init; } = "";

    /// <summary>Networks whose clients the load balancer lets through. Default: all.</summary>
    [Proto(9), ListAtomic]
    public IReadOnlyList<string> LoadBalancerSourceRanges { get; init; } = [];

    /// <summary>Name that DNS answers with, for the type ExternalName; nothing is proxied.</summary>
    [Proto(10)]
    public string ExternalName { get; init; } = "";

    /// <summary>Cluster (default): any node passes traffic from outside on; Local: only to its own pods, keeping the client's address.</summary>
    [Proto(11), OneOf(typeof(ServiceExternalTrafficPolicy))]
    public string ExternalTrafficPolicy { get; init; } = "";

    /// <summary>Port at which load balancers ask a node whether it has pods of the service; for externalTrafficPolicy Local.</summary>
    [Proto(12)]
    public int HealthCheckNodePort { get; init; }

    /// <summary>Treat pods as ready that are not, as members of a group that look for each other need.</summary>
    [Proto(13)]
    public bool PublishNotReadyAddresses { get; init; }

    /// <summary>Settings of session affinity.</summary>
    [Proto(14)]
    public SessionAffinityConfig? SessionAffinityConfig { get; init; }

    /// <summary>IPv4, IPv6 or both, in order of preference.</summary>
    [Proto(19), JsonName("ipFamilies"), OneOf(typeof(IPFamily)), ListAtomic]
    public IReadOnlyList<string> IPFamilies { get; init; } = [];

    /// <summary>SingleStack, PreferDualStack or RequireDualStack.</summary>
    [Proto(17), JsonName("ipFamilyPolicy"), OneOf(typeof(IPFamilyPolicy))]
    public string? IPFamilyPolicy { get; init; }

    /// <summary>Whether a LoadBalancer service gets node ports too. Default true.</summary>
    [Proto(20)]
    public bool? AllocateLoadBalancerNodePorts { get; init; }

    /// <summary>Kind of load balancer that serves the service. Default: the cluster's.</summary>
    [Proto(21)]
    public string? LoadBalancerClass { get; init; }

    /// <summary>Cluster (default): any pod is reached; Local: only pods on the node of the client.</summary>
    [Proto(22), OneOf(typeof(ServiceInternalTrafficPolicy))]
    public string? InternalTrafficPolicy { get; init; }

    /// <summary>PreferSameZone, PreferSameNode or PreferClose (the old name of the first): which pods clients had better reach.</summary>
    [Proto(23)]
    public string? TrafficDistribution { get; init; }
}

public sealed partial record ServiceStatus : IApiType<ServiceStatus>
{
    /// <summary>Where the load balancer is reached.</summary>
    [Proto(1)]
    public LoadBalancerStatus LoadBalancer { get; init; } = LoadBalancerStatus.Empty;

    /// <summary>What else is known about the service.</summary>
    [Proto(2), Merge("type"), ListMap("type")]
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

/// <summary>The values of a IPFamily.</summary>
public static class IPFamily
{
    public const string Unknown = "";
    public const string IPv4Protocol = "IPv4";
    public const string IPv6Protocol = "IPv6";
}

/// <summary>The values of a IPFamilyPolicy.</summary>
public static class IPFamilyPolicy
{
    public const string PreferDualStack = "PreferDualStack";
    public const string RequireDualStack = "RequireDualStack";
    public const string SingleStack = "SingleStack";
}

public sealed partial record LoadBalancerStatus : IApiType<LoadBalancerStatus>
{
    /// <summary>The points at which traffic comes in.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<LoadBalancerIngress> Ingress { get; init; } = [];
}

public sealed partial record LoadBalancerIngress : IApiType<LoadBalancerIngress>
{
    /// <summary>Address of the load balancer.</summary>
    [Proto(1), JsonName("ip")]
    public string IP { get; init; } = "";

    /// <summary>Name of the load balancer, when it is reached by name.</summary>
    [Proto(2)]
    public string Hostname { get; init; } = "";

    /// <summary>VIP: traffic reaches the node with this address as destination; Proxy: with the node's or the pod's.</summary>
    [Proto(3), JsonName("ipMode")]
    public string? IPMode { get; init; }

    /// <summary>State of single ports.</summary>
    [Proto(4), ListAtomic]
    public IReadOnlyList<PortStatus> Ports { get; init; } = [];
}

public sealed partial record PortStatus : IApiType<PortStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(Protocol))]
    public string Protocol { get; init; } = "";

    [Proto(3)]
    public string? Error { get; init; }
}

/// <summary>The values of a ServiceAffinity.</summary>
public static class ServiceAffinity
{
    public const string ClientIP = "ClientIP";
    public const string None = "None";
}

/// <summary>The values of a ServiceExternalTrafficPolicy.</summary>
public static class ServiceExternalTrafficPolicy
{
    public const string Cluster = "Cluster";
    public const string TypeCluster = "Cluster";
    public const string Local = "Local";
    public const string TypeLocal = "Local";
}

/// <summary>The values of a ServiceInternalTrafficPolicy.</summary>
public static class ServiceInternalTrafficPolicy
{
    public const string Cluster = "Cluster";
    public const string Local = "Local";
}

/// <summary>A port of a service and where it leads.</summary>
public sealed partial record ServicePort : IApiType<ServicePort>
{
    /// <summary>Name of the port; needed when there are several.</summary>
    [Proto(1)]
    public string Name { get; init; } = "";

    /// <summary>TCP (default), UDP or SCTP.</summary>
    [Proto(2), OneOf(typeof(Protocol)), Default("TCP")]
    public string Protocol { get; init; } = "";

    /// <summary>Protocol spoken on it, as a hint, such as kubernetes.io/h2c.</summary>
    [Proto(6)]
    public string? AppProtocol { get; init; }

    /// <summary>Number at the service's address.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    /// <summary>Number or name of the port of the pods. Default: the same as port.</summary>
    [Proto(4), WrittenWhenEmpty]
    public IntOrString TargetPort { get; init; }

    /// <summary>Port of every node, for NodePort and LoadBalancer. Default: a free one of the range.</summary>
    [Proto(5)]
    public int NodePort { get; init; }
}

/// <summary>The values of a ServiceType.</summary>
public static class ServiceType
{
    public const string ClusterIP = "ClusterIP";
    public const string ExternalName = "ExternalName";
    public const string LoadBalancer = "LoadBalancer";
    public const string NodePort = "NodePort";
}
