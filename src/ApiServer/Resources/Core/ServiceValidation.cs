using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of services, but for those that need to know which addresses and ports are free.</summary>
internal sealed class ServiceValidation(FieldErrors errors, ServiceSpec spec)
{
    private static readonly string[] Types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    private static readonly string[] Families = ["IPv4", "IPv6"];
    private static readonly string[] FamilyPolicies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    private static readonly string[] Distributions = ["PreferClose", "PreferSameNode", "PreferSameZone"];
    private readonly FieldPath path = FieldPath.Of("spec");

    private bool IsHeadless => spec.ClusterIPs.Count == 1 && spec.ClusterIPs[0] == "None";

    public void All()
    {
        if (spec.Ports.Count == 0 && !IsHeadless && spec.Type != ServiceType.ExternalName)
        {
            errors.Required(path / "ports");
        }

        errors.RequiredOneOf(path, "type", spec.Type, Types);
        if (spec.Type == ServiceType.ExternalName)
        {
            ExternalName();
        }

        if (spec.Type == ServiceType.LoadBalancer)
        {
            for (var i = 0; i < spec.Ports.Count; i++)
            {
                if (!CommonRules.IsPortNumber(spec.Ports[i].Port))
                {
                    errors.Invalid((path / "ports")[i] / "port", spec.Ports[i].Port, "may not expose port 0 externally since it is used by kubelet");
                }
            }

            if (IsHeadless)
            {
                errors.Invalid(path / "clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services");
            }
        }
        else if (spec.Type == ServiceType.NodePort && IsHeadless)
        {
            errors.Invalid(path / "clusterIPs[0]", "None", "may not be set to 'None' for NodePort services");
        }

        Ports();
        errors.Labels(path / "selector", spec.Selector);
        Affinity();
        Addresses();
        Traffic();
        Balancer();
    }

    private void ExternalName()
    {
        if (spec.ClusterIPs.Count > 0)
        {
            errors.Forbidden(path / "clusterIPs", "may not be set for ExternalName services");
        }

        if (spec.IPFamilies.Count > 0)
        {
            errors.Forbidden(path / "ipFamilies", "may not be set for ExternalName services");
        }

        if (spec.IPFamilyPolicy is not null)
        {
            errors.Forbidden(path / "ipFamilyPolicy", "may not be set for ExternalName services");
        }

        var name = spec.ExternalName.EndsWith('.') ? spec.ExternalName[..^1] : spec.ExternalName;
        errors.RequiredSubdomain(path, "externalName", name);
    }

    private void Ports()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var isPortRepeated = Repeats.Of(spec.Ports, static port => (port.Port, port.Protocol));
        var isNodePortRepeated = Repeats.Of(spec.Ports, static port => (port.NodePort, port.Protocol));
        for (var i = 0; i < spec.Ports.Count; i++)
        {
            var (at, port) = ((path / "ports")[i], spec.Ports[i]);
            if (port.Name.Length > 0)
            {
                errors.InvalidIf(Names.LabelProblem(port.Name), at / "name", port.Name);
                if (!names.Add(port.Name))
                {
                    errors.Duplicate(at / "name", port.Name);
                }
            }
            else if (spec.Ports.Count > 1)
            {
                errors.Required(at / "name");
            }

            errors.PortNumber(at / "port", port.Port);
            errors.RequiredOneOf(at, "protocol", port.Protocol, CommonRules.Protocols);
            errors.Port(at / "targetPort", port.TargetPort);
            if (port.AppProtocol is { } application)
            {
                errors.QualifiedName(at / "appProtocol", application);
            }

            if (spec.Type is not (ServiceType.NodePort or ServiceType.LoadBalancer) && port.NodePort != 0)
            {
                errors.Forbidden(at / "nodePort", $"may not be used when `type` is '{spec.Type}'");
            }

            if (isPortRepeated[i])
            {
                errors.Duplicate(at, Shown(port.Protocol, "port", port.Port));
            }

            if (port.NodePort != 0 && isNodePortRepeated[i])
            {
                errors.Duplicate(at / "nodePort", port.NodePort);
            }
        }
    }

    private static RawValue Shown(string protocol, string name, int port) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{{\"protocol\":\"{protocol}\",\"{name}\":{port}}}"));

    private void Affinity()
    {
        errors.RequiredOneOf(path, "sessionAffinity", spec.SessionAffinity, [ServiceAffinity.ClientIP, ServiceAffinity.None]);
        if (spec.SessionAffinity == ServiceAffinity.ClientIP)
        {
            if (spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds is not { } seconds)
            {
                errors.Required(path / "sessionAffinityConfig", "when session affinity type is ClientIP");
            }
            else if (seconds is <= 0 or > 86400)
            {
                errors.Invalid(path / "sessionAffinityConfig" / "clientIP" / "timeoutSeconds", seconds, "must be greater than 0 and less than 86400");
            }
        }
        else if (spec.SessionAffinityConfig is not null)
        {
            errors.Forbidden(path / "sessionAffinityConfig", "must not be set when session affinity is None");
        }
    }

    private void Addresses()
    {
        var addresses = path / "clusterIPs";
        if (spec.ClusterIP.Length > 0 && spec.ClusterIPs.Count > 0 && spec.ClusterIP != spec.ClusterIPs[0])
        {
            errors.Invalid(addresses, RawValue.Of(spec.ClusterIPs), "first value must match `clusterIP`");
        }
        else if (spec.ClusterIP.Length == 0 && spec.ClusterIPs.Count > 0 && spec.Type != ServiceType.ExternalName)
        {
            errors.Invalid(addresses, RawValue.Of(spec.ClusterIPs), "must be empty when `clusterIP` is not specified");
        }

        if (spec.ClusterIPs.Count > 2)
        {
            errors.Invalid(addresses, RawValue.Of(spec.ClusterIPs), "may only hold up to 2 values");
        }

        var all = new Lazy<RawValue>(() => RawValue.Of(spec.ClusterIPs));
        for (var i = 0; i < spec.ClusterIPs.Count; i++)
        {
            if (spec.ClusterIPs[i] == "None")
            {
                if (spec.ClusterIPs.Count > 1)
                {
                    errors.Invalid(addresses, all.Value, "'None' must be the first and only value");
                }
            }
            else
            {
                errors.IP(addresses[i], spec.ClusterIPs[i]);
            }
        }

        if (spec.ClusterIPs.Count == 2 && spec.ClusterIPs[0].Contains(':') == spec.ClusterIPs[1].Contains(':'))
        {
            errors.Invalid(addresses, RawValue.Of(spec.ClusterIPs), "may specify no more than one IP for each IP family");
        }

        var isRepeated = Repeats.Of(spec.IPFamilies);
        for (var i = 0; i < spec.IPFamilies.Count; i++)
        {
            if (Array.IndexOf(Families, spec.IPFamilies[i]) < 0)
            {
                errors.NotSupported((path / "ipFamilies")[i], spec.IPFamilies[i], Families);
            }

            if (isRepeated[i])
            {
                errors.Duplicate((path / "ipFamilies")[i], spec.IPFamilies[i]);
            }

            if (i < spec.ClusterIPs.Count && CommonRules.ParseIP(spec.ClusterIPs[i]) is not null
                && spec.ClusterIPs[i].Contains(':') != (spec.IPFamilies[i] == IPFamily.IPv6Protocol))
            {
                errors.Invalid(addresses[i], spec.ClusterIPs[i], $"expected an {spec.IPFamilies[i]} value as indicated by `ipFamilies[{i}]`");
            }
        }

        if (spec.IPFamilyPolicy is { } policy)
        {
            errors.OneOf(path, "ipFamilyPolicy", policy, FamilyPolicies);
        }

        for (var i = 0; i < spec.ExternalIPs.Count; i++)
        {
            errors.ReachableIP((path / "externalIPs")[i], spec.ExternalIPs[i]);
        }
    }

    private void Traffic()
    {
        var isExternal = spec.Type is ServiceType.NodePort or ServiceType.LoadBalancer || (spec.Type == ServiceType.ClusterIP && spec.ExternalIPs.Count > 0);
        if (isExternal)
        {
            errors.RequiredOneOf(path, "externalTrafficPolicy", spec.ExternalTrafficPolicy, ["Cluster", "Local"]);
        }
        else if (spec.ExternalTrafficPolicy.Length > 0)
        {
            errors.Invalid(path / "externalTrafficPolicy", spec.ExternalTrafficPolicy, "may only be set for externally-accessible services");
        }

        if (spec.InternalTrafficPolicy is { } policy)
        {
            errors.OneOf(path, "internalTrafficPolicy", policy, ["Cluster", "Local"]);
        }
        else if (spec.Type is ServiceType.ClusterIP or ServiceType.NodePort or ServiceType.LoadBalancer)
        {
            errors.Required(path / "internalTrafficPolicy");
        }

        if (spec.TrafficDistribution is { } distribution)
        {
            errors.OneOf(path, "trafficDistribution", distribution, Distributions);
        }

        if (spec.HealthCheckNodePort != 0 && (spec.Type != ServiceType.LoadBalancer || spec.ExternalTrafficPolicy != ServiceExternalTrafficPolicy.Local))
        {
            errors.Invalid(path / "healthCheckNodePort", spec.HealthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
    }

    private void Balancer()
    {
        var isBalancer = spec.Type == ServiceType.LoadBalancer;
        for (var i = 0; i < spec.LoadBalancerSourceRanges.Count; i++)
        {
            errors.CIDR((path / "loadBalancerSourceRanges")[i], spec.LoadBalancerSourceRanges[i].Trim());
        }

        if (spec.LoadBalancerSourceRanges.Count > 0 && !isBalancer)
        {
            errors.Forbidden(path / "LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'");
        }

        if (spec.LoadBalancerClass is { } name)
        {
            if (isBalancer)
            {
                errors.QualifiedName(path / "loadBalancerClass", name);
            }
            else
            {
                errors.Forbidden(path / "loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
            }
        }

        if (isBalancer && spec.AllocateLoadBalancerNodePorts is null)
        {
            errors.Required(path / "allocateLoadBalancerNodePorts");
        }
        else if (!isBalancer && spec.AllocateLoadBalancerNodePorts is not null)
        {
            errors.Forbidden(path / "allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
        }
    }
}
