using System.Net;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Lookup;

/// <summary>What DNS says of one service. Immutable; made from the objects alone.</summary>
/// <param name="Key">The labels of name and namespace: what questions are looked up by.</param>
/// <param name="Name">The service's full name.</param>
/// <param name="Addresses">Its own, of 4 or 16 bytes; none for a headless one.</param>
/// <param name="Ports">Its own named ports; endpoints have theirs.</param>
/// <param name="Alias">Where an ExternalName leads.</param>
internal sealed record ServiceEntry(byte[] Key, byte[] Name, byte[][] Addresses, NamedPort[] Ports, ServiceEndpoint[] Endpoints, byte[]? Alias)
{
    private const string None = "None";

    /// <summary>Clients get the endpoints' addresses, not one of the service.</summary>
    public bool IsHeadless => Alias is null && Addresses.Length == 0;

    /// <summary>Null for what DNS cannot say anything about.</summary>
    /// <param name="zone">The wire form of the cluster's domain.</param>
    public static ServiceEntry? Of(Service service, IEnumerable<EndpointSlice> slices, byte[] zone)
    {
        var (meta, spec) = (service.Metadata, service.Spec);
        if (!IsLabel(meta.Name) || !IsLabel(meta.Namespace))
        {
            return null;
        }

        var key = WireName.Labels(meta.Name, meta.Namespace);
        byte[] name = [.. key, .. ServiceLabel, .. zone];
        if (spec.Type == ServiceType.ExternalName)
        {
            return WireName.TryParse(spec.ExternalName) is { } alias ? new(key, name, [], [], [], alias) : null;
        }

        var addresses = spec.ClusterIP == None ? [] : (spec.ClusterIPs.Count > 0 ? spec.ClusterIPs : [spec.ClusterIP]).Select(BytesOf).OfType<byte[]>().ToArray();
        if (addresses.Length == 0 && spec.ClusterIP != None)
        {
            return null; // Not given its address yet: not the same as having none.
        }

        var ports = spec.Ports.Where(port => IsLabel(port.Name)).Select(port => NamedPort.Of(port.Name, port.Protocol, port.Port)).ToArray();
        return new(key, name, addresses, ports, EndpointsOf(service, slices), null);
    }

    /// <summary>The label <c>svc</c>, below which services are.</summary>
    public static ReadOnlySpan<byte> ServiceLabel => "\u0003svc"u8;

    /// <summary>The names of endpoints are below their service's: by their own name, or by their address.</summary>
    public static string LabelOf(Endpoint endpoint, string address) =>
        IsLabel(endpoint.Hostname) ? endpoint.Hostname! : address.Replace('.', '-').Replace(':', '-');

    public static byte[]? BytesOf(string address) => IPAddress.TryParse(address, out var parsed) ? parsed.GetAddressBytes() : null;

    private static ServiceEndpoint[] EndpointsOf(Service service, IEnumerable<EndpointSlice> slices)
    {
        var found = new List<ServiceEndpoint>();
        var known = new HashSet<(string, string)>(); // While an endpoint moves from one slice to another it is in both.
        foreach (var slice in slices.Where(slice => slice.AddressType is AddressType.IPv4 or AddressType.IPv6))
        {
            NamedPort[] ports = [.. slice.Ports.Where(port => IsLabel(port.Name) && port.Port is > 0).Select(port => NamedPort.Of(port.Name!, port.Protocol, port.Port!.Value))];
            foreach (var endpoint in slice.Endpoints.Where(endpoint => endpoint.Conditions.Ready != false || service.Spec.PublishNotReadyAddresses))
            {
                foreach (var address in endpoint.Addresses)
                {
                    var label = LabelOf(endpoint, address);
                    if (BytesOf(address) is { } bytes && known.Add((label, address)))
                    {
                        found.Add(new(WireName.Labels(label), bytes, ports));
                    }
                }
            }
        }

        return [.. found];
    }

    private static bool IsLabel(string? text) => text is { Length: > 0 and <= WireName.LabelBytesMax } && System.Text.Ascii.IsValid(text) && !text.Contains('.');
}

/// <summary>A port that SRV records tell, with its names in lower case.</summary>
internal sealed record NamedPort(byte[] Name, byte[] Protocol, ushort Number)
{
    public static NamedPort Of(string name, string? protocol, int number) =>
        new(Ascii(name), Ascii(string.IsNullOrEmpty(protocol) ? "tcp" : protocol), (ushort)Math.Clamp(number, 0, ushort.MaxValue));

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text.ToLowerInvariant());
}

/// <param name="Label">Its name below the service's, with the length in front.</param>
internal sealed record ServiceEndpoint(byte[] Label, byte[] Address, NamedPort[] Ports);
