using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

/// <summary>Rules that route outside HTTP requests to services.</summary>
[Resource("networking.k8s.io", "v1", "ingresses", Namespaced = true, ShortNames = ["ing"])]
public sealed partial record Ingress : IResource<Ingress>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public IngressSpec Spec { get; init; } = IngressSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public IngressStatus Status { get; init; } = IngressStatus.Empty;
}

/// <summary>How requests from outside reach services.</summary>
public sealed partial record IngressSpec : IApiType<IngressSpec>
{
    /// <summary>Class, and with it the controller, that serves it. Default: the default class.</summary>
    [Proto(4)]
    public string? IngressClassName { get; init; }

    /// <summary>Where requests go that no rule matches.</summary>
    [Proto(1)]
    public IngressBackend? DefaultBackend { get; init; }

    /// <summary>Certificates, by host.</summary>
    [Proto(2), JsonName("tls"), ListAtomic]
    public IReadOnlyList<IngressTLS> TLS { get; init; } = [];

    /// <summary>Rules, by host and path.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<IngressRule> Rules { get; init; } = [];
}

public sealed partial record IngressStatus : IApiType<IngressStatus>
{
    /// <summary>Where the ingress is reached.</summary>
    [Proto(1)]
    public IngressLoadBalancerStatus LoadBalancer { get; init; } = IngressLoadBalancerStatus.Empty;
}

public sealed partial record IngressLoadBalancerStatus : IApiType<IngressLoadBalancerStatus>
{
    /// <summary>The points at which requests come in.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<IngressLoadBalancerIngress> Ingress { get; init; } = [];
}

public sealed partial record IngressLoadBalancerIngress : IApiType<IngressLoadBalancerIngress>
{
    /// <summary>Address to reach it at.</summary>
    [Proto(1), JsonName("ip")]
    public string IP { get; init; } = "";

    /// <summary>Name to reach it at.</summary>
    [Proto(2)]
    public string Hostname { get; init; } = "";

    [Proto(4), ListAtomic]
    public IReadOnlyList<IngressPortStatus> Ports { get; init; } = [];
}

public sealed partial record IngressPortStatus : IApiType<IngressPortStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(Protocol))]
    public string Protocol { get; init; } = "";

    [Proto(3)]
    public string? Error { get; init; }
}

public sealed partial record IngressRule : IApiType<IngressRule>
{
    /// <summary>Host of the request; *. in front stands for one label. Empty: any.</summary>
    [Proto(1)]
    public string Host { get; init; } = "";

    /// <summary>Where its paths lead.</summary>
    [Proto(1, In = [2]), JsonName("http")]
    public HTTPIngressRuleValue? HTTP { get; init; }
}

public sealed partial record IngressTLS : IApiType<IngressTLS>
{
    /// <summary>Hosts the certificate is for. Default: all of the ingress.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Secret of the type kubernetes.io/tls with certificate and key.</summary>
    [Proto(2)]
    public string SecretName { get; init; } = "";
}
