using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>
/// What becomes of allocated values when a service is updated: a client that writes the object it once created, without
/// address and node ports, keeps them; and a change of type drops what the new type does not have.
/// </summary>
internal static class ServiceUpdate
{
    public static ServiceSpec Carry(ServiceSpec spec, ServiceSpec old)
    {
        spec = DropForType(spec, old);
        if (HasAddress(spec) && HasAddress(old))
        {
            spec = CarryAddress(spec, old);
        }

        if (HasNodePorts(spec) && HasNodePorts(old))
        {
            spec = spec with { Ports = CarryNodePorts(spec.Ports, old.Ports) };
        }

        if (HasHealthPort(spec) && HasHealthPort(old) && spec.HealthCheckNodePort == 0)
        {
            spec = spec with { HealthCheckNodePort = old.HealthCheckNodePort };
        }

        return spec;
    }

    public static void Validate(FieldErrors errors, ServiceSpec spec, ServiceSpec old)
    {
        var path = FieldPath.Of("spec");
        if (HasAddress(spec) && HasAddress(old) && old.ClusterIPs.Count > 0)
        {
            if (spec.ClusterIPs.Count == 0 || spec.ClusterIPs[0] != old.ClusterIPs[0])
            {
                errors.Invalid(path / "clusterIPs[0]", RawValue.Of(spec.ClusterIPs), "may not change once set");
            }

            if (old.ClusterIPs.Count == 2)
            {
                if (spec.ClusterIPs.Count == 2 && spec.ClusterIPs[1] != old.ClusterIPs[1])
                {
                    errors.Invalid(path / "clusterIPs[1]", RawValue.Of(spec.ClusterIPs), "may not change once set");
                }
                else if (spec.ClusterIPs.Count == 1 && spec.IPFamilyPolicy != IPFamilyPolicy.SingleStack)
                {
                    errors.Invalid(path / "clusterIPs[1]", RawValue.Of(spec.ClusterIPs), "may be released only when `ipFamilyPolicy` is SingleStack");
                }
            }
        }

        if (spec.Type == old.Type && old.Type == ServiceType.LoadBalancer && spec.LoadBalancerClass != old.LoadBalancerClass)
        {
            errors.Invalid(path / "loadBalancerClass", spec.LoadBalancerClass, "may not change once set");
        }

        if (HasHealthPort(spec) && HasHealthPort(old) && spec.HealthCheckNodePort != old.HealthCheckNodePort)
        {
            errors.Forbidden(path / "healthCheckNodePort", "field is immutable");
        }
    }

    private static bool HasAddress(ServiceSpec spec) => spec.Type != ServiceType.ExternalName;

    private static bool HasNodePorts(ServiceSpec spec) =>
        spec.Type == ServiceType.NodePort || (spec.Type == ServiceType.LoadBalancer && spec.AllocateLoadBalancerNodePorts != false);

    private static bool HasHealthPort(ServiceSpec spec) =>
        spec.Type == ServiceType.LoadBalancer && spec.ExternalTrafficPolicy == ServiceExternalTrafficPolicy.Local;

    private static ServiceSpec CarryAddress(ServiceSpec spec, ServiceSpec old)
    {
        if (spec.ClusterIP.Length == 0 && spec.ClusterIPs.Count <= 1)
        {
            spec = spec with { ClusterIP = old.ClusterIP, ClusterIPs = spec.ClusterIPs.Count == 1 && spec.ClusterIPs[0] != old.ClusterIP ? spec.ClusterIPs : old.ClusterIPs };
        }
        else if (spec.ClusterIP != old.ClusterIP && spec.ClusterIPs.SequenceEqual(old.ClusterIPs))
        {
            // Only the older of the two fields was changed: the newer follows, and validation has its say.
            spec = spec with { ClusterIPs = [spec.ClusterIP, .. old.ClusterIPs.Skip(1)] };
        }
        else if (spec.ClusterIP == old.ClusterIP && spec.ClusterIPs.Count == 0)
        {
            spec = spec with { ClusterIPs = old.ClusterIPs };
        }

        return spec with
        {
            IPFamilyPolicy = spec.IPFamilyPolicy ?? old.IPFamilyPolicy,
            IPFamilies = spec.IPFamilies.Count == 0 ? old.IPFamilies : spec.IPFamilies,
        };
    }

    private static List<ServicePort> CarryNodePorts(IReadOnlyList<ServicePort> ports, IReadOnlyList<ServicePort> old)
    {
        var taken = ports.Where(port => port.NodePort != 0).Select(port => (port.Protocol, port.NodePort)).ToHashSet();
        var known = old.DistinctBy(static port => (port.Protocol, port.Port)).ToDictionary(static port => (port.Protocol, port.Port));
        var carried = new List<ServicePort>(ports.Count);
        foreach (var port in ports)
        {
            var before = port.NodePort == 0 ? known.GetValueOrDefault((port.Protocol, port.Port)) : null;
            carried.Add(before is { NodePort: > 0 } && taken.Add((before.Protocol, before.NodePort)) ? port with { NodePort = before.NodePort } : port);
        }

        return carried;
    }

    /// <summary>Fields of the old type that the client did not touch go with it; what the client set itself is left to validation.</summary>
    private static ServiceSpec DropForType(ServiceSpec spec, ServiceSpec old)
    {
        if (HasAddress(old) && !HasAddress(spec))
        {
            spec = spec with
            {
                ClusterIP = spec.ClusterIP == old.ClusterIP ? "" : spec.ClusterIP,
                ClusterIPs = spec.ClusterIPs.SequenceEqual(old.ClusterIPs) ? [] : spec.ClusterIPs,
                IPFamilies = spec.IPFamilies.SequenceEqual(old.IPFamilies) ? [] : spec.IPFamilies,
                IPFamilyPolicy = spec.IPFamilyPolicy == old.IPFamilyPolicy ? null : spec.IPFamilyPolicy,
                InternalTrafficPolicy = spec.InternalTrafficPolicy == old.InternalTrafficPolicy ? null : spec.InternalTrafficPolicy,
            };
        }

        var oldMayHavePorts = old.Type is ServiceType.NodePort or ServiceType.LoadBalancer;
        if (oldMayHavePorts && spec.Type is not (ServiceType.NodePort or ServiceType.LoadBalancer))
        {
            var before = old.Ports.Select(port => port.NodePort).ToHashSet();
            spec = spec with
            {
                Ports = PodTemplateDefaults.Each(spec.Ports, port => before.Contains(port.NodePort) ? port with { NodePort = 0 } : port),
                ExternalTrafficPolicy = spec.ExternalIPs.Count == 0 && spec.ExternalTrafficPolicy == old.ExternalTrafficPolicy ? "" : spec.ExternalTrafficPolicy,
            };
        }

        if (HasHealthPort(old) && !HasHealthPort(spec) && spec.HealthCheckNodePort == old.HealthCheckNodePort)
        {
            spec = spec with { HealthCheckNodePort = 0 };
        }

        if (old.Type == ServiceType.LoadBalancer && spec.Type != ServiceType.LoadBalancer)
        {
            spec = spec with
            {
                AllocateLoadBalancerNodePorts = spec.AllocateLoadBalancerNodePorts == old.AllocateLoadBalancerNodePorts ? null : spec.AllocateLoadBalancerNodePorts,
                LoadBalancerClass = spec.LoadBalancerClass == old.LoadBalancerClass ? null : spec.LoadBalancerClass,
            };
        }

        if (old.Type == ServiceType.ExternalName && spec.Type != ServiceType.ExternalName && spec.ExternalName == old.ExternalName)
        {
            spec = spec with { ExternalName = "" };
        }

        return spec;
    }
}
