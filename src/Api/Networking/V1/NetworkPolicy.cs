using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

/// <summary>Which traffic is allowed to and from a set of pods.</summary>
[Resource("networking.k8s.io", "v1", "networkpolicies", Namespaced = true, ShortNames = ["netpol"])]
public sealed partial record NetworkPolicy : IResource<NetworkPolicy>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public NetworkPolicySpec Spec { get; init; } = NetworkPolicySpec.Empty;
}

/// <summary>Which traffic the chosen pods may have.</summary>
public sealed partial record NetworkPolicySpec : IApiType<NetworkPolicySpec>
{
    /// <summary>Labels of the pods it is about; empty means all of the namespace.</summary>
    [Proto(1)]
    public LabelSelector PodSelector { get; init; } = LabelSelector.Empty;

    /// <summary>Traffic that is let in. With none, and the type Ingress, none is.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<NetworkPolicyIngressRule> Ingress { get; init; } = [];

    /// <summary>Traffic that is let out. With none, and the type Egress, none is.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<NetworkPolicyEgressRule> Egress { get; init; } = [];

    /// <summary>Ingress, Egress or both. Default: Ingress, and Egress if there is a rule for it.</summary>
    [Proto(4), OneOf(typeof(PolicyType)), ListAtomic]
    public IReadOnlyList<string> PolicyTypes { get; init; } = [];
}

public sealed partial record NetworkPolicyEgressRule : IApiType<NetworkPolicyEgressRule>
{
    /// <summary>Ports of the destination. Default: all.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<NetworkPolicyPort> Ports { get; init; } = [];

    /// <summary>Destinations. Default: all.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<NetworkPolicyPeer> To { get; init; } = [];
}

public sealed partial record NetworkPolicyIngressRule : IApiType<NetworkPolicyIngressRule>
{
    /// <summary>Ports of the chosen pods. Default: all.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<NetworkPolicyPort> Ports { get; init; } = [];

    /// <summary>Sources. Default: all.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<NetworkPolicyPeer> From { get; init; } = [];
}

public sealed partial record NetworkPolicyPeer : IApiType<NetworkPolicyPeer>
{
    /// <summary>Labels of pods, of the policy's namespace or of those that namespaceSelector chooses.</summary>
    [Proto(1)]
    public LabelSelector? PodSelector { get; init; }

    /// <summary>Labels of namespaces; empty means all.</summary>
    [Proto(2)]
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>A network; nothing else may then be set.</summary>
    [Proto(3), JsonName("ipBlock")]
    public IPBlock? IPBlock { get; init; }
}

public sealed partial record IPBlock : IApiType<IPBlock>
{
    /// <summary>The network, such as 192.0.2.0/24.</summary>
    [Proto(1), JsonName("cidr"), Required, WrittenWhenEmpty]
    public string CIDR { get; init; } = "";

    /// <summary>Networks within it that are left out.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Except { get; init; } = [];
}

public sealed partial record NetworkPolicyPort : IApiType<NetworkPolicyPort>
{
    /// <summary>TCP (default), UDP or SCTP.</summary>
    [Proto(1), OneOf(typeof(Protocol))]
    public string? Protocol { get; init; }

    /// <summary>Number or name of the port. Default: all.</summary>
    [Proto(2)]
    public IntOrString? Port { get; init; }

    /// <summary>Last of a range of ports that begins with port.</summary>
    [Proto(3)]
    public int? EndPort { get; init; }
}

/// <summary>The values of a PolicyType.</summary>
public static class PolicyType
{
    public const string Egress = "Egress";
    public const string Ingress = "Ingress";
}
