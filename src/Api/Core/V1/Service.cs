using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A stable address and name for a changing set of pods.</summary>
[Resource("", "v1", "services", Namespaced = true, ShortNames = ["svc"], Categories = ["all"])]
public sealed partial record Service : IResource<Service>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public ServiceSpec Spec { get; init; } = ServiceSpec.Empty;

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

    [Proto(18), ListAtomic]
    public IReadOnlyList<string> ClusterIPs { get; init; } = [];

    /// <summary>ClusterIP, NodePort, LoadBalancer or ExternalName.</summary>
    [Proto(4), OneOf(typeof(ServiceType))]
    public string Type { get; init; } = "";

    [Proto(5), ListAtomic]
    public IReadOnlyList<string> ExternalIPs { get; init; } = [];

    [Proto(7), OneOf(typeof(ServiceAffinity))]
    public string SessionAffinity { get; init; } = "";

    [Proto(8)]
    public string LoadBalancerIP { get; init; } = "";

    [Proto(9), ListAtomic]
    public IReadOnlyList<string> LoadBalancerSourceRanges { get; init; } = [];

    [Proto(10)]
    public string ExternalName { get; init; } = "";

    [Proto(11), OneOf(typeof(ServiceExternalTrafficPolicy))]
    public string ExternalTrafficPolicy { get; init; } = "";

    [Proto(12)]
    public int HealthCheckNodePort { get; init; }

    [Proto(13)]
    public bool PublishNotReadyAddresses { get; init; }

    [Proto(14)]
    public SessionAffinityConfig? SessionAffinityConfig { get; init; }

    [Proto(19), JsonName("ipFamilies"), OneOf(typeof(IPFamily)), ListAtomic]
    public IReadOnlyList<string> IPFamilies { get; init; } = [];

    [Proto(17), JsonName("ipFamilyPolicy"), OneOf(typeof(IPFamilyPolicy))]
    public string? IPFamilyPolicy { get; init; }

    [Proto(20)]
    public bool? AllocateLoadBalancerNodePorts { get; init; }

    [Proto(21)]
    public string? LoadBalancerClass { get; init; }

    [Proto(22), OneOf(typeof(ServiceInternalTrafficPolicy))]
    public string? InternalTrafficPolicy { get; init; }

    [Proto(23)]
    public string? TrafficDistribution { get; init; }
}

public sealed partial record ServiceStatus : IApiType<ServiceStatus>
{
    [Proto(1)]
    public LoadBalancerStatus LoadBalancer { get; init; } = LoadBalancerStatus.Empty;

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
    [Proto(1), ListAtomic]
    public IReadOnlyList<LoadBalancerIngress> Ingress { get; init; } = [];
}

public sealed partial record LoadBalancerIngress : IApiType<LoadBalancerIngress>
{
    [Proto(1), JsonName("ip")]
    public string IP { get; init; } = "";

    [Proto(2)]
    public string Hostname { get; init; } = "";

    [Proto(3), JsonName("ipMode")]
    public string? IPMode { get; init; }

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

public sealed partial record ServicePort : IApiType<ServicePort>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2), OneOf(typeof(Protocol)), Default("TCP")]
    public string Protocol { get; init; } = "";

    [Proto(6)]
    public string? AppProtocol { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    [Proto(4), WrittenWhenEmpty]
    public IntOrString TargetPort { get; init; }

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
