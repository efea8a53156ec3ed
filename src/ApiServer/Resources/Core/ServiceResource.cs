using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>A stable address for a set of pods. Addresses and node ports are given out by the server's allocators, not here.</summary>
public sealed class ServiceResource : Resource<Service>
{
    private const int AffinitySecondsDefault = 10800;

    public override string StoragePrefix => "/registry/services/specs/";

    public override bool HasStatus => true;

    public override bool CreatesOnUpdate => true;

    public override IReadOnlyList<Column<Service>> Columns { get; } =
    [
        Columns<Service>.Name,
        Columns<Service>.Text("Type", static value => value.Spec.Type),
        Columns<Service>.Text("Cluster-IP", static value => Cells.OrNone(value.Spec.ClusterIPs.Count > 0 ? value.Spec.ClusterIPs[0] : "")),
        Columns<Service>.Text("External-IP", ExternalIP),
        Columns<Service>.Text("Port(s)", Ports),
        Columns<Service>.Age,
        Columns<Service>.Text("Selector", static value => Cells.Labels(value.Spec.Selector), priority: 1),
    ];

    public override IReadOnlyDictionary<string, Func<Service, string>> SelectableFields { get; } = new Dictionary<string, Func<Service, string>>
    {
        ["spec.clusterIP"] = static value => value.Spec.ClusterIP,
        ["spec.type"] = static value => value.Spec.Type,
    };

    public override string? NameProblem(string name) => Names.LabelProblem(name);

    public override Service Default(Service value)
    {
        var spec = value.Spec;
        var type = Text(spec.Type, ServiceType.ClusterIP);
        var affinity = Text(spec.SessionAffinity, ServiceAffinity.None);
        var isExternal = type is ServiceType.NodePort or ServiceType.LoadBalancer || (type == ServiceType.ClusterIP && spec.ExternalIPs.Count > 0);
        spec = spec with
        {
            Type = type,
            SessionAffinity = affinity,
            SessionAffinityConfig = affinity switch
            {
                ServiceAffinity.None => null,
                ServiceAffinity.ClientIP when spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds is null =>
                    new SessionAffinityConfig { ClientIP = new ClientIPConfig { TimeoutSeconds = AffinitySecondsDefault } },
                _ => spec.SessionAffinityConfig,
            },
            Ports = PodTemplateDefaults.Each(spec.Ports, static port => port with
            {
                Protocol = Text(port.Protocol, Protocol.TCP),
                TargetPort = port.TargetPort is { Text.Length: 0, Number: 0 } ? port.Port : port.TargetPort,
            }),
            ExternalTrafficPolicy = isExternal ? Text(spec.ExternalTrafficPolicy, ServiceExternalTrafficPolicy.Cluster) : spec.ExternalTrafficPolicy,
            InternalTrafficPolicy = spec.InternalTrafficPolicy ?? (type == ServiceType.ExternalName ? null : ServiceInternalTrafficPolicy.Cluster),
            AllocateLoadBalancerNodePorts = spec.AllocateLoadBalancerNodePorts ?? (type == ServiceType.LoadBalancer ? true : null),
            ClusterIPs = spec.ClusterIPs.Count == 0 && spec.ClusterIP.Length > 0 ? [spec.ClusterIP] : spec.ClusterIPs,
        };
        return value with { Spec = spec, Status = DefaultStatus(value.Status, type) };
    }

    public override Service PrepareForCreate(Service value, WriteContext context) => value with { Status = ServiceStatus.Empty };

    public override Service PrepareForUpdate(Service value, Service old, WriteContext context) =>
        value with { Spec = ServiceUpdate.Carry(value.Spec, old.Spec), Status = old.Status };

    public override Service PrepareForStatusUpdate(Service value, Service old, WriteContext context) => value with { Spec = old.Spec };

    public override void Validate(Service value, FieldErrors errors) => new ServiceValidation(errors, value.Spec).All();

    public override void ValidateUpdate(Service value, Service old, FieldErrors errors) => ServiceUpdate.Validate(errors, value.Spec, old.Spec);

    public override void ValidateStatusUpdate(Service value, Service old, FieldErrors errors)
    {
        var path = FieldPath.Of("status") / "loadBalancer" / "ingress";
        var ingress = value.Status.LoadBalancer.Ingress;
        if (ingress.Count > 0 && value.Spec.Type != ServiceType.LoadBalancer)
        {
            errors.Forbidden(path, "may only be used when `spec.type` is LoadBalancer");
        }

        for (var i = 0; i < ingress.Count; i++)
        {
            if (ingress[i].IP.Length > 0)
            {
                errors.IP(path[i] / "ip", ingress[i].IP);
            }

            if (ingress[i].IPMode is { } mode)
            {
                errors.OneOf(path[i], "ipMode", mode, ["Proxy", "VIP"]);
            }

            if (ingress[i].Hostname.Length > 0)
            {
                errors.Subdomain(path[i], "hostname", ingress[i].Hostname);
                if (CommonRules.ParseIP(ingress[i].Hostname) is not null)
                {
                    errors.Invalid(path[i] / "hostname", ingress[i].Hostname, "must be a DNS name, not an IP address");
                }
            }
        }

        errors.Conditions(FieldPath.Of("status") / "conditions", value.Status.Conditions);
    }

    public override IEnumerable<string> Warnings(Service value)
    {
        const string OldHints = "service.kubernetes.io/topology-aware-hints";
        var spec = value.Spec;
        if (value.Metadata.Annotations.ContainsKey(OldHints))
        {
            yield return $"metadata.annotations[{OldHints}]: deprecated since v1.27; use \"service.kubernetes.io/topology-mode\" instead";
        }

        if (spec is { Type: ServiceType.ExternalName, ExternalIPs.Count: > 0 })
        {
            yield return "spec.externalIPs is ignored when spec.type is \"ExternalName\"";
        }

        if (spec.Type != ServiceType.ExternalName && spec.ExternalName.Length > 0)
        {
            yield return "spec.externalName is ignored when spec.type is not \"ExternalName\"";
        }

        if (spec.ClusterIP == "None" && spec.SessionAffinity == ServiceAffinity.ClientIP)
        {
            yield return "spec.SessionAffinity is ignored for headless services";
        }
    }

    private static ServiceStatus DefaultStatus(ServiceStatus status, string type)
    {
        if (type != ServiceType.LoadBalancer || status.LoadBalancer.Ingress.All(static ingress => ingress.IP.Length == 0 || ingress.IPMode is not null))
        {
            return status;
        }

        return status with
        {
            LoadBalancer = status.LoadBalancer with
            {
                Ingress = PodTemplateDefaults.Each(status.LoadBalancer.Ingress, static ingress =>
                    ingress.IP.Length > 0 && ingress.IPMode is null ? ingress with { IPMode = LoadBalancerIPMode.VIP } : ingress),
            },
        };
    }

    private static string Text(string value, string unset) => value.Length == 0 ? unset : value;

    private static string ExternalIP(Service value)
    {
        var given = string.Join(',', value.Spec.ExternalIPs);
        switch (value.Spec.Type)
        {
            case ServiceType.LoadBalancer:
                var balanced = Cells.LoadBalancer(value.Status.LoadBalancer.Ingress.Select(static ingress => (ingress.IP, ingress.Hostname)));
                var all = balanced.Length > 0 && given.Length > 0 ? $"{balanced},{given}" : balanced + given;
                return all.Length == 0 ? "<pending>" : all;
            case ServiceType.ExternalName:
                return value.Spec.ExternalName;
            default:
                return Cells.OrNone(given);
        }
    }

    private static string Ports(Service value) => Cells.OrNone(string.Join(',', value.Spec.Ports.Select(static port => port.NodePort > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{port.Port}:{port.NodePort}/{port.Protocol}")
        : string.Create(CultureInfo.InvariantCulture, $"{port.Port}/{port.Protocol}"))));
}
