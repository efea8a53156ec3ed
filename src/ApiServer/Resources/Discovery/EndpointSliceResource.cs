using System.Globalization;
using Navarch.Api.Discovery.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Discovery;

/// <summary>A part of the addresses behind a service.</summary>
public sealed class EndpointSliceResource : Resource<EndpointSlice>
{
    private const int EndpointsMax = 1000;
    private const int AddressesMax = 100;
    private const int PortsMax = 20000;
    private const int HintsMax = 8;
    private static readonly string[] AddressTypes = [AddressType.FQDN, AddressType.IPv4, AddressType.IPv6];

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<EndpointSlice>> Columns { get; } =
    [
        Columns<EndpointSlice>.Name,
        Columns<EndpointSlice>.Text("AddressType", static value => value.AddressType),
        Columns<EndpointSlice>.Text("Ports", static value => Cells.FirstThree([.. value.Ports.Select(Port)])),
        Columns<EndpointSlice>.Text("Endpoints", static value => Cells.FirstThree([.. value.Endpoints.SelectMany(endpoint => endpoint.Addresses)])),
        Columns<EndpointSlice>.Age,
    ];

    public override EndpointSlice Default(EndpointSlice value) => value with
    {
        Ports = PodTemplateDefaults.Each(value.Ports, static port => port with { Name = port.Name ?? "", Protocol = port.Protocol ?? "TCP" }),
    };

    public override bool ChangesGeneration(EndpointSlice value, EndpointSlice old) =>
        value with { Metadata = old.Metadata } != old || !value.Metadata.Labels.Equals(old.Metadata.Labels);

    public override void Validate(EndpointSlice value, FieldErrors errors)
    {
        if (value.AddressType.Length == 0)
        {
            errors.Required("addressType");
        }
        else if (Array.IndexOf(AddressTypes, value.AddressType) < 0)
        {
            errors.NotSupported("addressType", value.AddressType, AddressTypes);
        }

        if (value.Endpoints.Count > EndpointsMax)
        {
            errors.TooMany("endpoints", value.Endpoints.Count, EndpointsMax);
        }
        else
        {
            for (var i = 0; i < value.Endpoints.Count; i++)
            {
                Endpoint(FieldPath.Of("endpoints")[i], value.Endpoints[i], value.AddressType, errors);
            }
        }

        Ports(value.Ports, errors);
    }

    public override void ValidateUpdate(EndpointSlice value, EndpointSlice old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("addressType"), value.AddressType, old.AddressType, static type => type);

    private static void Endpoint(FieldPath path, Endpoint endpoint, string addressType, FieldErrors errors)
    {
        if (endpoint.Addresses.Count == 0)
        {
            errors.Required(path / "addresses", "must contain at least 1 address");
        }
        else if (endpoint.Addresses.Count > AddressesMax)
        {
            errors.TooMany(path / "addresses", endpoint.Addresses.Count, AddressesMax);
        }

        for (var i = 0; i < endpoint.Addresses.Count; i++)
        {
            Address((path / "addresses")[i], endpoint.Addresses[i], addressType, errors);
        }

        errors.Subdomain(path, "nodeName", endpoint.NodeName);
        if (endpoint.Hostname is { } hostname)
        {
            errors.InvalidIf(Names.LabelProblem(hostname), path / "hostname", hostname);
        }

        if (endpoint.DeprecatedTopology.Count > 16)
        {
            errors.TooMany(path / "deprecatedTopology", endpoint.DeprecatedTopology.Count, 16);
        }

        errors.Labels(path / "deprecatedTopology", endpoint.DeprecatedTopology);
        if (endpoint.Hints is { } hints)
        {
            Hints(path / "hints" / "forZones", [.. hints.ForZones.Select(zone => zone.Name)], errors);
            Hints(path / "hints" / "forNodes", [.. hints.ForNodes.Select(node => node.Name)], errors);
        }
    }

    private static void Address(FieldPath path, string address, string addressType, FieldErrors errors)
    {
        switch (addressType)
        {
            case AddressType.IPv4 or AddressType.IPv6:
                errors.ReachableIP(path, address);
                if (CommonRules.ParseIP(address) is not null && address.Contains(':') != (addressType == AddressType.IPv6))
                {
                    errors.Invalid(path, address, addressType == AddressType.IPv6 ? "must be an IPv6 address" : "must be an IPv4 address");
                }

                break;
            case AddressType.FQDN:
                var name = address.EndsWith('.') ? address[..^1] : address;
                if (Names.SubdomainProblem(name) is { } problem)
                {
                    errors.Invalid(path, address, problem);
                }
                else if (!name.Contains('.'))
                {
                    errors.Invalid(path, address, "should be a domain with at least two segments separated by dots");
                }

                break;
            default:
                break;
        }
    }

    private static void Hints(FieldPath path, IReadOnlyList<string> names, FieldErrors errors)
    {
        if (names.Count > HintsMax)
        {
            errors.TooMany(path, names.Count, HintsMax);
            return;
        }

        var isRepeated = Repeats.Of(names);
        for (var i = 0; i < names.Count; i++)
        {
            errors.LabelValue(path[i] / "name", names[i]);
            if (isRepeated[i])
            {
                errors.Duplicate(path[i] / "name", names[i]);
            }
        }
    }

    private static void Ports(IReadOnlyList<EndpointPort> ports, FieldErrors errors)
    {
        if (ports.Count > PortsMax)
        {
            errors.TooMany("ports", ports.Count, PortsMax);
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            var (path, port) = (FieldPath.Of("ports")[i], ports[i]);
            var name = port.Name ?? "";
            if (name.Length > 0)
            {
                errors.InvalidIf(Names.LabelProblem(name), path / "name", name);
            }

            if (!names.Add(name))
            {
                errors.Duplicate(path / "name", name);
            }

            errors.RequiredOneOf(path, "protocol", port.Protocol ?? "", CommonRules.Protocols);
            if (port.AppProtocol is { } application)
            {
                errors.QualifiedName(path / "appProtocol", application);
            }
        }
    }

    private static string Port(EndpointPort port) =>
        port.Port is { } number ? number.ToString(CultureInfo.InvariantCulture) : string.IsNullOrEmpty(port.Name) ? "*" : port.Name;
}
