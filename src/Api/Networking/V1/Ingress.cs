using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

/// <summary>Rules that route outside HTTP requests to services.</summary>
[Resource("networking.k8s.io", "v1", "ingresses", Namespaced = true, ShortNames = ["ing"])]
public sealed partial record Ingress : IResource<Ingress>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public IngressSpec Spec { get; init; } = IngressSpec.Empty;

    [Proto(3)]
    public IngressStatus Status { get; init; } = IngressStatus.Empty;
}

public sealed partial record IngressSpec : IApiType<IngressSpec>
{
    [Proto(4)]
    public string? IngressClassName { get; init; }

    [Proto(1)]
    public IngressBackend? DefaultBackend { get; init; }

    [Proto(2), JsonName("tls"), ListAtomic]
    public IReadOnlyList<IngressTLS> TLS { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<IngressRule> Rules { get; init; } = [];
}

public sealed partial record IngressStatus : IApiType<IngressStatus>
{
    [Proto(1)]
    public IngressLoadBalancerStatus LoadBalancer { get; init; } = IngressLoadBalancerStatus.Empty;
}

public sealed partial record IngressLoadBalancerStatus : IApiType<IngressLoadBalancerStatus>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<IngressLoadBalancerIngress> Ingress { get; init; } = [];
}

public sealed partial record IngressLoadBalancerIngress : IApiType<IngressLoadBalancerIngress>
{
    [Proto(1), JsonName("ip")]
    public string IP { get; init; } = "";

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
    [Proto(1)]
    public string Host { get; init; } = "";

    [Proto(1, In = [2]), JsonName("http")]
    public HTTPIngressRuleValue? HTTP { get; init; }
}

public sealed partial record IngressTLS : IApiType<IngressTLS>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Hosts { get; init; } = [];

    [Proto(2)]
    public string SecretName { get; init; } = "";
}
