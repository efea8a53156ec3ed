using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The addresses behind a service, in the older form.</summary>
public sealed class EndpointsResource : Resource<Endpoints>
{
    public override string StoragePrefix => "/registry/services/endpoints/";

    public override string? Deprecation => "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

    public override bool CreatesOnUpdate => true;

    public override IReadOnlyList<Column<Endpoints>> Columns { get; } =
    [
        Columns<Endpoints>.Name,
        Columns<Endpoints>.Text("Endpoints", Addresses),
        Columns<Endpoints>.Age,
    ];

    public override Endpoints Default(Endpoints value) => value with
    {
        Subsets = PodTemplateDefaults.Each(value.Subsets, static subset => subset with
        {
            Ports = PodTemplateDefaults.Each(subset.Ports, static port => port.Protocol.Length == 0 ? port with { Protocol = Protocol.TCP } : port),
        }),
    };

    public override void Validate(Endpoints value, FieldErrors errors)
    {
        for (var i = 0; i < value.Subsets.Count; i++)
        {
            var (path, subset) = (FieldPath.Of("subsets")[i], value.Subsets[i]);
            if (subset.Addresses.Count == 0 && subset.NotReadyAddresses.Count == 0)
            {
                errors.Required(path, "must specify `addresses` or `notReadyAddresses`");
            }

            Addresses(path / "addresses", subset.Addresses, errors);
            Addresses(path / "notReadyAddresses", subset.NotReadyAddresses, errors);
            for (var p = 0; p < subset.Ports.Count; p++)
            {
                Port((path / "ports")[p], subset.Ports[p], subset.Ports.Count > 1, errors);
            }
        }
    }

    private static void Addresses(FieldPath path, IReadOnlyList<EndpointAddress> addresses, FieldErrors errors)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            errors.ReachableIP(path[i] / "ip", addresses[i].IP);
            if (addresses[i].Hostname.Length > 0)
            {
                errors.InvalidIf(Names.LabelProblem(addresses[i].Hostname), path[i] / "hostname", addresses[i].Hostname);
            }

            errors.Subdomain(path[i], "nodeName", addresses[i].NodeName);
        }
    }

    private static void Port(FieldPath path, EndpointPort port, bool needsName, FieldErrors errors)
    {
        if (port.Name.Length > 0)
        {
            errors.InvalidIf(Names.LabelProblem(port.Name), path / "name", port.Name);
        }
        else if (needsName)
        {
            errors.Required(path / "name");
        }

        errors.PortNumber(path / "port", port.Port);
        errors.RequiredOneOf(path, "protocol", port.Protocol, CommonRules.Protocols);
        if (port.AppProtocol is { } application)
        {
            errors.QualifiedName(path / "appProtocol", application);
        }
    }

    private static string Addresses(Endpoints value)
    {
        if (value.Subsets.Count == 0)
        {
            return Cells.None;
        }

        var all = value.Subsets.SelectMany(subset => subset.Ports.Count == 0
            ? subset.Addresses.Select(address => address.IP)
            : subset.Ports.SelectMany(port => subset.Addresses.Select(address => Join(address.IP, port.Port)))).ToList();
        return all.Count <= 3
            ? string.Join(',', all)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', all.Take(3))} + {all.Count - 3} more...");
    }

    private static string Join(string ip, int port) => string.Create(CultureInfo.InvariantCulture, $"{(ip.Contains(':') ? $"[{ip}]" : ip)}:{port}");
}
