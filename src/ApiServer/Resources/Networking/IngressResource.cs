using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Api.Networking.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Networking;

/// <summary>Which service answers for which host and path.</summary>
public sealed class IngressResource : Resource<Ingress>
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";
    private static readonly string[] PathTypes = ["Exact", "ImplementationSpecific", "Prefix"];
    private static readonly string[] BadSequences = ["//", "/./", "/../", "%2f", "%2F"];
    private static readonly string[] BadSuffixes = ["/..", "/."];

    public override string StoragePrefix => "/registry/ingress/";

    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<Ingress>> Columns { get; } =
    [
        Columns<Ingress>.Name,
        Columns<Ingress>.Text("Class", static value => Cells.OrNone(value.Spec.IngressClassName)),
        Columns<Ingress>.Text("Hosts", Hosts),
        Columns<Ingress>.Text("Address", static value => Cells.LoadBalancer(value.Status.LoadBalancer.Ingress.Select(static ingress => (ingress.IP, ingress.Hostname)))),
        Columns<Ingress>.Text("Ports", static value => value.Spec.TLS.Count > 0 ? "80, 443" : "80"),
        Columns<Ingress>.Age,
    ];

    public override Ingress PrepareForCreate(Ingress value, WriteContext context) => value with { Status = IngressStatus.Empty };

    public override Ingress PrepareForUpdate(Ingress value, Ingress old, WriteContext context) => value with { Status = old.Status };

    public override Ingress PrepareForStatusUpdate(Ingress value, Ingress old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(Ingress value, Ingress old) => value.Spec != old.Spec;

    public override void Validate(Ingress value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        if (spec.DefaultBackend is { } backend)
        {
            Backend(errors, path / "defaultBackend", backend);
        }
        else if (spec.Rules.Count == 0)
        {
            errors.Invalid(path, null, "either `defaultBackend` or `rules` must be specified");
        }

        for (var i = 0; i < spec.Rules.Count; i++)
        {
            Rule(errors, (path / "rules")[i], spec.Rules[i]);
        }

        for (var i = 0; i < spec.TLS.Count; i++)
        {
            var at = (path / "tls")[i];
            for (var h = 0; h < spec.TLS[i].Hosts.Count; h++)
            {
                Host(errors, (at / "hosts")[h], spec.TLS[i].Hosts[h]);
            }

            errors.Subdomain(at, "secretName", spec.TLS[i].SecretName);
        }

        if (spec.IngressClassName is { } name)
        {
            errors.InvalidIf(Names.SubdomainProblem(name), path / "ingressClassName", name);
        }
    }

    public override void ValidateCreate(Ingress value, FieldErrors errors)
    {
        var annotation = value.Metadata.Annotations.Find(ClassAnnotation);
        if (annotation is not null && value.Spec.IngressClassName is { } name && annotation != name)
        {
            errors.Invalid((FieldPath.Of("metadata") / "annotations")[ClassAnnotation], annotation, "must match `ingressClassName` when both are specified");
        }
    }

    public override void ValidateStatusUpdate(Ingress value, Ingress old, FieldErrors errors)
    {
        var path = FieldPath.Of("status") / "loadBalancer" / "ingress";
        for (var i = 0; i < value.Status.LoadBalancer.Ingress.Count; i++)
        {
            var ingress = value.Status.LoadBalancer.Ingress[i];
            if (ingress.IP.Length > 0)
            {
                errors.IP(path[i] / "ip", ingress.IP);
            }

            errors.Subdomain(path[i], "hostname", ingress.Hostname);
            if (CommonRules.ParseIP(ingress.Hostname) is not null)
            {
                errors.Invalid(path[i] / "hostname", ingress.Hostname, "must be a DNS name, not an IP address");
            }
        }
    }

    public override IEnumerable<string> Warnings(Ingress value) => value.Metadata.Annotations.ContainsKey(ClassAnnotation)
        ? ["annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"]
        : [];

    private static void Rule(FieldErrors errors, FieldPath path, IngressRule rule)
    {
        if (rule.Host.Length > 0)
        {
            if (CommonRules.ParseIP(rule.Host) is not null)
            {
                errors.Invalid(path / "host", rule.Host, "must be a DNS name, not an IP address");
            }

            Host(errors, path / "host", rule.Host);
        }

        if (rule.HTTP is not { } http)
        {
            return;
        }

        if (http.Paths.Count == 0)
        {
            errors.Required(path / "http" / "paths");
        }

        for (var i = 0; i < http.Paths.Count; i++)
        {
            Path(errors, (path / "http" / "paths")[i], http.Paths[i]);
        }
    }

    private static void Path(FieldErrors errors, FieldPath path, HTTPIngressPath rule)
    {
        switch (rule.PathType)
        {
            case null:
                errors.Required(path / "pathType", "pathType must be specified");
                break;
            case PathType.Exact or PathType.Prefix:
                if (!rule.Path.StartsWith('/'))
                {
                    errors.Invalid(path / "path", rule.Path, "must be an absolute path");
                }

                foreach (var bad in BadSequences.Where(bad => rule.Path.Contains(bad, StringComparison.Ordinal)))
                {
                    errors.Invalid(path / "path", rule.Path, $"must not contain '{bad}'");
                }

                foreach (var bad in BadSuffixes.Where(bad => rule.Path.EndsWith(bad, StringComparison.Ordinal)))
                {
                    errors.Invalid(path / "path", rule.Path, $"cannot end with '{bad}'");
                }

                break;
            case PathType.ImplementationSpecific:
                if (rule.Path.Length > 0 && rule.Path[0] != '/')
                {
                    errors.Invalid(path / "path", rule.Path, "must be an absolute path");
                }

                break;
            default:
                errors.NotSupported(path / "pathType", rule.PathType, PathTypes);
                break;
        }

        Backend(errors, path / "backend", rule.Backend);
    }

    private static void Backend(FieldErrors errors, FieldPath path, IngressBackend backend)
    {
        switch (backend)
        {
            case { Service: not null, Resource: not null }:
                errors.Invalid(path, "", "cannot set both resource and service backends");
                break;
            case { Resource: { } resource }:
                Resource(errors, path / "resource", resource);
                break;
            case { Service: { } service }:
                Service(errors, path / "service", service);
                break;
            default:
                errors.Required(path, "service or resource backend is required");
                break;
        }
    }

    private static void Resource(FieldErrors errors, FieldPath path, TypedLocalObjectReference resource)
    {
        errors.Subdomain(path, "apiGroup", resource.APIGroup);
        errors.RequiredPathSegment(path, "kind", resource.Kind);
        errors.RequiredPathSegment(path, "name", resource.Name);
    }

    private static void Service(FieldErrors errors, FieldPath path, IngressServiceBackend service)
    {
        if (service.Name.Length == 0)
        {
            errors.Required(path / "name");
        }
        else
        {
            errors.InvalidIf(Names.LabelProblem(service.Name), path / "name", service.Name);
        }

        var port = path / "port";
        switch (service.Port)
        {
            case { Name.Length: > 0, Number: not 0 }:
                errors.Invalid(path, "", "cannot set both port name & port number");
                break;
            case { Name: { Length: > 0 } name }:
                errors.PortName(port / "name", name);
                break;
            case { Number: not 0 and var number }:
                errors.PortNumber(port / "number", number);
                break;
            default:
                errors.Required(path, "port name or number is required");
                break;
        }
    }

    private static void Host(FieldErrors errors, FieldPath path, string host)
    {
        if (host.Contains('*'))
        {
            if (!host.StartsWith("*.", StringComparison.Ordinal) || Names.SubdomainProblem(host[2..]) is not null)
            {
                errors.Invalid(path, host, "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
            }
        }
        else
        {
            errors.InvalidIf(Names.SubdomainProblem(host), path, host);
        }
    }

    private static string Hosts(Ingress value)
    {
        var hosts = value.Spec.Rules.Select(static rule => rule.Host).Where(static host => host.Length > 0).Take(3).ToList();
        var text = hosts.Count == 0 ? "*" : string.Join(',', hosts);
        return value.Spec.Rules.Count > 3 && hosts.Count == 3
            ? string.Create(CultureInfo.InvariantCulture, $"{text} + {value.Spec.Rules.Count - 3} more...")
            : text;
    }
}
