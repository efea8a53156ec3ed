using Navarch.Api.Core.V1;
using Navarch.Api.Networking.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Networking;

/// <summary>Who may talk to which pods.</summary>
public sealed class NetworkPolicyResource : Resource<NetworkPolicy>
{
    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<NetworkPolicy>> Columns { get; } =
    [
        Columns<NetworkPolicy>.Name,
        Columns<NetworkPolicy>.Text("Pod-Selector", static value => Cells.SelectorText(value.Spec.PodSelector)),
        Columns<NetworkPolicy>.Age,
    ];

    public override NetworkPolicy Default(NetworkPolicy value) => value with
    {
        Spec = value.Spec with
        {
            PolicyTypes = value.Spec.PolicyTypes.Count > 0 ? value.Spec.PolicyTypes : value.Spec.Egress.Count > 0 ? [PolicyType.Ingress, PolicyType.Egress] : [PolicyType.Ingress],
            Ingress = PodTemplateDefaults.Each(value.Spec.Ingress, static rule => rule with { Ports = PodTemplateDefaults.Each(rule.Ports, Port) }),
            Egress = PodTemplateDefaults.Each(value.Spec.Egress, static rule => rule with { Ports = PodTemplateDefaults.Each(rule.Ports, Port) }),
        },
    };

    public override bool ChangesGeneration(NetworkPolicy value, NetworkPolicy old) => value.Spec != old.Spec;

    public override void Validate(NetworkPolicy value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        errors.Selector(path / "podSelector", spec.PodSelector);
        for (var i = 0; i < spec.Ingress.Count; i++)
        {
            Ports(errors, (path / "ingress")[i] / "ports", spec.Ingress[i].Ports);
            Peers(errors, (path / "ingress")[i] / "from", spec.Ingress[i].From);
        }

        for (var i = 0; i < spec.Egress.Count; i++)
        {
            Ports(errors, (path / "egress")[i] / "ports", spec.Egress[i].Ports);
            Peers(errors, (path / "egress")[i] / "to", spec.Egress[i].To);
        }

        if (spec.PolicyTypes.Count > 2)
        {
            errors.Invalid(path / "policyTypes", RawValue.Of(spec.PolicyTypes), "may not specify more than two policyTypes");
            return;
        }

        for (var i = 0; i < spec.PolicyTypes.Count; i++)
        {
            if (spec.PolicyTypes[i] is not (PolicyType.Ingress or PolicyType.Egress))
            {
                errors.NotSupported((path / "policyTypes")[i], spec.PolicyTypes[i], ["Egress", "Ingress"]);
            }
        }
    }

    private static NetworkPolicyPort Port(NetworkPolicyPort port) => port with { Protocol = port.Protocol ?? Protocol.TCP };

    private static void Ports(FieldErrors errors, FieldPath path, IReadOnlyList<NetworkPolicyPort> ports)
    {
        for (var i = 0; i < ports.Count; i++)
        {
            var (at, port) = (path[i], ports[i]);
            errors.OneOf(at, "protocol", port.Protocol ?? Protocol.TCP, CommonRules.Protocols);
            if (port.Port is not { } number)
            {
                if (port.EndPort is not null)
                {
                    errors.Required(at / "port", "must be specified if `endPort` is specified");
                }

                continue;
            }

            errors.Port(at / "port", number);
            if (port.EndPort is { } end)
            {
                if (number.IsString)
                {
                    errors.Invalid(at / "endPort", end, "may not be specified when `port` is non-numeric");
                }
                else
                {
                    if (end < number.Number)
                    {
                        errors.Invalid(at / "endPort", end, "must be greater than or equal to `port`");
                    }

                    errors.PortNumber(at / "endPort", end);
                }
            }
        }
    }

    private static void Peers(FieldErrors errors, FieldPath path, IReadOnlyList<NetworkPolicyPeer> peers)
    {
        for (var i = 0; i < peers.Count; i++)
        {
            var (at, peer) = (path[i], peers[i]);
            if (peer is { PodSelector: null, NamespaceSelector: null, IPBlock: null })
            {
                errors.Required(at, "must specify a peer");
            }
            else if (peer.IPBlock is not null && (peer.PodSelector is not null || peer.NamespaceSelector is not null))
            {
                errors.Forbidden(at, "may not specify both ipBlock and another peer");
            }

            errors.Selector(at / "podSelector", peer.PodSelector);
            errors.Selector(at / "namespaceSelector", peer.NamespaceSelector);
            if (peer.IPBlock is { } block)
            {
                Block(errors, at / "ipBlock", block);
            }
        }
    }

    private static void Block(FieldErrors errors, FieldPath path, IPBlock block)
    {
        if (block.CIDR.Length == 0)
        {
            errors.Required(path / "cidr");
            return;
        }

        var whole = errors.CIDR(path / "cidr", block.CIDR);
        for (var i = 0; i < block.Except.Count; i++)
        {
            var at = (path / "except")[i];
            if (errors.CIDR(at, block.Except[i]) is { } part && whole is { } outer
                && (part.PrefixLength <= outer.PrefixLength || part.BaseAddress.AddressFamily != outer.BaseAddress.AddressFamily || !outer.Contains(part.BaseAddress)))
            {
                errors.Invalid(at, block.Except[i], "must be a strict subset of `cidr`");
            }
        }
    }
}
