using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

/// <summary>Which traffic is allowed to and from a set of pods.</summary>
[Resource("networking.k8s.io", "v1", "networkpolicies", Namespaced = true, ShortNames = ["netpol"])]
public sealed partial record NetworkPolicy : IResource<NetworkPolicy>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public NetworkPolicySpec Spec { get; init; } = NetworkPolicySpec.Empty;
}

public sealed partial record NetworkPolicySpec : IApiType<NetworkPolicySpec>
{
    [Proto(1)]
    public LabelSelector PodSelector { get; init; } = LabelSelector.Empty;

    [Proto(2), ListAtomic]
    public IReadOnlyList<NetworkPolicyIngressRule> Ingress { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<NetworkPolicyEgressRule> Egress { get; init; } = [];

    [Proto(4), OneOf(typeof(PolicyType)), ListAtomic]
    public IReadOnlyList<string> PolicyTypes { get; init; } = [];
}

public sealed partial record NetworkPolicyEgressRule : IApiType<NetworkPolicyEgressRule>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<NetworkPolicyPort> Ports { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<NetworkPolicyPeer> To { get; init; } = [];
}

public sealed partial record NetworkPolicyIngressRule : IApiType<NetworkPolicyIngressRule>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<NetworkPolicyPort> Ports { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<NetworkPolicyPeer> From { get; init; } = [];
}

public sealed partial record NetworkPolicyPeer : IApiType<NetworkPolicyPeer>
{
    [Proto(1)]
    public LabelSelector? PodSelector { get; init; }

    [Proto(2)]
    public LabelSelector? NamespaceSelector { get; init; }

    [Proto(3), JsonName("ipBlock")]
    public IPBlock? IPBlock { get; init; }
}

public sealed partial record IPBlock : IApiType<IPBlock>
{
    [Proto(1), JsonName("cidr"), Required, WrittenWhenEmpty]
    public string CIDR { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Except { get; init; } = [];
}

public sealed partial record NetworkPolicyPort : IApiType<NetworkPolicyPort>
{
    [Proto(1), OneOf(typeof(Protocol))]
    public string? Protocol { get; init; }

    [Proto(2)]
    public IntOrString? Port { get; init; }

    [Proto(3)]
    public int? EndPort { get; init; }
}

/// <summary>The values of a PolicyType.</summary>
public static class PolicyType
{
    public const string Egress = "Egress";
    public const string Ingress = "Ingress";
}
