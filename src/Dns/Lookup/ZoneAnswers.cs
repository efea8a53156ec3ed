using System.Net;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Lookup;

/// <summary>What becomes of a question that the zone was asked.</summary>
/// <param name="IsOurs">False: the name is not of the cluster, somebody else knows.</param>
/// <param name="Alias">Where the answer goes on: a name outside of the zone.</param>
internal readonly record struct ZoneResult(bool IsOurs, ResponseCode Code = ResponseCode.NoError, byte[]? Alias = null)
{
    public static ZoneResult NotOurs { get; } = new(false);

    public static ZoneResult Answered { get; } = new(true);

    public static ZoneResult NoSuchName { get; } = new(true, ResponseCode.NoSuchName);
}

/// <summary>Answers for the names that the Kubernetes specification of DNS-based service discovery (1.1.0) gives a cluster.</summary>
/// <remarks>
/// There are, below the zone: SERVICE.NS.svc, with HOST.SERVICE.NS.svc for endpoints and _PORT._PROTOCOL.SERVICE.NS.svc for
/// ports; ADDRESS.NS.pod; dns-version; ns.dns, which is this server. And the names of addresses, below in-addr.arpa and ip6.arpa.
/// Of names that exist only because something is below them, there are no records: not the same as no such name.
/// </remarks>
/// <param name="own">The address of this server.</param>
/// <param name="networks">Of services and pods: nobody else knows names of their addresses.</param>
internal sealed class ZoneAnswers(Zone zone, IPAddress own, IReadOnlyList<IPNetwork> networks)
{
    private const string SchemaVersion = "1.1.0";
    private const int AliasesMax = 8;
    private const int WeightTotal = 100;

    private readonly byte[] ownBytes = own.GetAddressBytes();
    private readonly byte[] version = WireName.Labels(SchemaVersion); // A text has its length in front, as a label has.
    private int turn;

    /// <summary>Writes what the zone has for the question. A negative answer comes with the zone's SOA.</summary>
    public ZoneResult Answer(Query query, ref ResponseWriter writer)
    {
        if (!IsInZone(query.Name, query))
        {
            return Reverse(query, ref writer);
        }

        var result = InZone(query, ref writer);
        if (result.Alias is null && writer.AnswerCount == 0 && !writer.IsTruncated)
        {
            var soa = zone.Authority;
            writer.Start(Section.Authority, zone.Name, soa.NegativeSeconds, soa);
        }

        return result;
    }

    private ZoneResult InZone(Query query, ref ResponseWriter writer)
    {
        var labels = query.LabelCount - zone.LabelCount;
        if (labels == 0)
        {
            return Apex(query, ref writer);
        }

        var kind = query.Label(labels - 1);
        return kind.SequenceEqual("svc"u8) ? Service(query, labels, ref writer)
            : kind.SequenceEqual("pod"u8) ? Pod(query, labels, ref writer)
            : kind.SequenceEqual("dns"u8) ? Server(query, labels, ref writer)
            : labels == 1 && kind.SequenceEqual("dns-version"u8) ? Version(query, ref writer)
            : ZoneResult.NoSuchName;
    }

    private ZoneResult Apex(Query query, ref ResponseWriter writer)
    {
        switch (query.Type)
        {
            case RecordType.SOA:
                writer.Start(Section.Answer, zone.Name, zone.TimeToLive, zone.Authority);
                break;
            case RecordType.NS:
                writer.Name(Section.Answer, zone.Name, RecordType.NS, zone.TimeToLive, zone.Server);
                writer.Address(Section.Additional, zone.Server, zone.TimeToLive, ownBytes);
                break;
        }

        return ZoneResult.Answered;
    }

    private ZoneResult Version(Query query, ref ResponseWriter writer)
    {
        if (query.Type == RecordType.TXT)
        {
            writer.Data(Section.Answer, query.Name, RecordType.TXT, zone.TimeToLive, version);
        }

        return ZoneResult.Answered;
    }

    private ZoneResult Server(Query query, int labels, ref ResponseWriter writer)
    {
        if (labels > 2 || (labels == 2 && !query.Label(0).SequenceEqual("ns"u8)))
        {
            return ZoneResult.NoSuchName;
        }

        if (labels == 2 && query.Type == TypeOf(ownBytes))
        {
            writer.Address(Section.Answer, query.Name, zone.TimeToLive, ownBytes);
        }

        return ZoneResult.Answered;
    }

    private ZoneResult Pod(Query query, int labels, ref ResponseWriter writer)
    {
        if (labels == 1)
        {
            return ZoneResult.Answered;
        }

        Span<byte> address = stackalloc byte[16];
        var bytes = 0;
        if (labels > 3 || !zone.HasNamespace(query.Labels(labels - 2, labels - 1)) || (labels == 3 && !PodName.TryRead(query.Label(0), address, out bytes)))
        {
            return ZoneResult.NoSuchName;
        }

        if (bytes > 0 && query.Type == TypeOf(address[..bytes]))
        {
            writer.Address(Section.Answer, query.Name, zone.TimeToLive, address[..bytes]);
        }

        return ZoneResult.Answered;
    }

    private ZoneResult Service(Query query, int labels, ref ResponseWriter writer)
    {
        if (labels < 3)
        {
            return labels == 1 || zone.HasNamespace(query.Labels(labels - 2, labels - 1)) ? ZoneResult.Answered : ZoneResult.NoSuchName;
        }

        if (zone.Find(query.Labels(labels - 3, labels - 1)) is not { } service)
        {
            return ZoneResult.NoSuchName;
        }

        return labels switch
        {
            3 when service.Alias is not null => Alias(query, service, ref writer),
            3 => Service(query, service, ref writer),
            4 when query.Label(0).StartsWith("_"u8) => HasPort(service, [], query.Label(0)) ? ZoneResult.Answered : ZoneResult.NoSuchName,
            4 => Endpoint(query, service, ref writer),
            5 when HasPort(service, query.Label(0), query.Label(1)) => Ports(query, service, query.Label(0), query.Label(1), ref writer),
            _ => ZoneResult.NoSuchName,
        };
    }

    private ZoneResult Alias(Query query, ServiceEntry service, ref ResponseWriter writer)
    {
        writer.Name(Section.Answer, query.Name, RecordType.CNAME, zone.TimeToLive, service.Alias);
        if (query.Type == RecordType.CNAME)
        {
            return ZoneResult.Answered;
        }

        // A service of this cluster is as good a target as any. Those that lead to each other in a ring lead nowhere.
        var target = service.Alias!;
        for (var i = 0; i < AliasesMax; i++)
        {
            if (!EndsWith(target, zone.Name))
            {
                return new(true, Alias: target);
            }

            if (!EndsWith(target, [.. ServiceEntry.ServiceLabel, .. zone.Name])
                || zone.Find(target.AsSpan()[..^(ServiceEntry.ServiceLabel.Length + zone.Name.Length)]) is not { } next)
            {
                return ZoneResult.Answered;
            }

            if (next.Alias is null)
            {
                Addresses(query, next, next.Name, ref writer);
                return ZoneResult.Answered;
            }

            writer.Name(Section.Answer, next.Name, RecordType.CNAME, zone.TimeToLive, next.Alias);
            target = next.Alias;
        }

        return ZoneResult.Answered;
    }

    private ZoneResult Service(Query query, ServiceEntry service, ref ResponseWriter writer)
    {
        if (service.IsHeadless && service.Endpoints.Length == 0)
        {
            return ZoneResult.NoSuchName; // As the specification asks.
        }

        if (query.Type == RecordType.SRV)
        {
            return Ports(query, service, [], [], ref writer);
        }

        Addresses(query, service, query.Name, ref writer);
        return ZoneResult.Answered;
    }

    private void Addresses(Query query, ServiceEntry service, ReadOnlySpan<byte> owner, ref ResponseWriter writer)
    {
        foreach (var address in service.Addresses)
        {
            if (query.Type == TypeOf(address))
            {
                writer.Address(Section.Answer, owner, zone.TimeToLive, address);
            }
        }

        if (service.IsHeadless)
        {
            var endpoints = service.Endpoints;
            var first = FirstOf(endpoints.Length);
            for (var i = 0; i < endpoints.Length && !writer.IsTruncated; i++)
            {
                var endpoint = endpoints[(first + i) % endpoints.Length];
                if (query.Type == TypeOf(endpoint.Address))
                {
                    writer.Address(Section.Answer, owner, zone.TimeToLive, endpoint.Address);
                }
            }
        }
    }

    private ZoneResult Endpoint(Query query, ServiceEntry service, ref ResponseWriter writer)
    {
        var label = query.Labels(0, 1);
        var exists = false;
        foreach (var endpoint in service.Endpoints)
        {
            if (label.SequenceEqual(endpoint.Label))
            {
                exists = true;
                if (query.Type == TypeOf(endpoint.Address))
                {
                    writer.Address(Section.Answer, query.Name, zone.TimeToLive, endpoint.Address);
                }
            }
        }

        return exists ? ZoneResult.Answered : ZoneResult.NoSuchName;
    }

    /// <param name="port">With the underscore in front; empty is every port.</param>
    private ZoneResult Ports(Query query, ServiceEntry service, ReadOnlySpan<byte> port, ReadOnlySpan<byte> protocol, ref ResponseWriter writer)
    {
        if (query.Type != RecordType.SRV)
        {
            return ZoneResult.Answered;
        }

        if (!service.IsHeadless)
        {
            foreach (var known in service.Ports)
            {
                if (IsMeant(known, port, protocol))
                {
                    writer.Server(query.Name, zone.TimeToLive, WeightTotal, known.Number, service.Name);
                }
            }

            foreach (var address in service.Addresses)
            {
                writer.Address(Section.Additional, service.Name, zone.TimeToLive, address);
            }

            return ZoneResult.Answered;
        }

        Span<byte> name = stackalloc byte[WireName.BytesMax + WireName.LabelBytesMax + 1];
        var first = FirstOf(service.Endpoints.Length);
        var weight = (ushort)Math.Max(1, WeightTotal / Math.Max(1, service.Endpoints.Length));
        for (var i = 0; i < 2 * service.Endpoints.Length && !writer.IsTruncated; i++)
        {
            // First all servers, then all their addresses.
            var endpoint = service.Endpoints[(first + i) % service.Endpoints.Length];
            var target = NameOf(endpoint, service, name);
            if (i >= service.Endpoints.Length)
            {
                writer.Address(Section.Additional, target, zone.TimeToLive, endpoint.Address);
                continue;
            }

            foreach (var known in endpoint.Ports)
            {
                if (IsMeant(known, port, protocol))
                {
                    writer.Server(query.Name, zone.TimeToLive, weight, known.Number, target);
                }
            }
        }

        return ZoneResult.Answered;
    }

    private ZoneResult Reverse(Query query, ref ResponseWriter writer)
    {
        Span<byte> address = stackalloc byte[16];
        if (!ReverseName.TryRead(query, address, out var bytes))
        {
            return ZoneResult.NotOurs;
        }

        var names = zone.NamesOf(address[..bytes]);
        if (names.IsEmpty && !ReverseName.IsIn(networks, address[..bytes]))
        {
            return ZoneResult.NotOurs;
        }

        if (query.Type == RecordType.PTR)
        {
            foreach (var name in names)
            {
                writer.Name(Section.Answer, query.Name, RecordType.PTR, zone.TimeToLive, name);
            }
        }

        if (writer.AnswerCount == 0 && !writer.IsTruncated)
        {
            var soa = zone.Authority;
            writer.Start(Section.Authority, query.From(query.LabelCount - 2), soa.NegativeSeconds, soa);
        }

        return names.IsEmpty ? ZoneResult.NoSuchName : ZoneResult.Answered;
    }

    private bool IsInZone(ReadOnlySpan<byte> name, Query query) =>
        name.Length >= zone.Name.Length && query.LabelCount >= zone.LabelCount && query.From(query.LabelCount - zone.LabelCount).SequenceEqual(zone.Name);

    // At a label: what is within one may look like an ending, too.
    private static bool EndsWith(byte[] name, ReadOnlySpan<byte> ending)
    {
        for (var at = 0; name[at] != 0; at += name[at] + 1)
        {
            if (name.AsSpan(at).SequenceEqual(ending))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPort(ServiceEntry service, ReadOnlySpan<byte> port, ReadOnlySpan<byte> protocol)
    {
        if (!service.IsHeadless)
        {
            return Has(service.Ports, port, protocol);
        }

        foreach (var endpoint in service.Endpoints)
        {
            if (Has(endpoint.Ports, port, protocol))
            {
                return true;
            }
        }

        return false;

        static bool Has(NamedPort[] ports, ReadOnlySpan<byte> port, ReadOnlySpan<byte> protocol)
        {
            foreach (var known in ports)
            {
                if (IsMeant(known, port, protocol))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static bool IsMeant(NamedPort known, ReadOnlySpan<byte> port, ReadOnlySpan<byte> protocol) =>
        (port.IsEmpty || (port[0] == '_' && port[1..].SequenceEqual(known.Name)))
        && (protocol.IsEmpty || (protocol[0] == '_' && protocol[1..].SequenceEqual(known.Protocol)));

    private static Span<byte> NameOf(ServiceEndpoint endpoint, ServiceEntry service, Span<byte> buffer)
    {
        endpoint.Label.CopyTo(buffer);
        service.Name.CopyTo(buffer[endpoint.Label.Length..]);
        return buffer[..(endpoint.Label.Length + service.Name.Length)];
    }

    // Many clients take the first address: each gets another one.
    private int FirstOf(int count) => count == 0 ? 0 : (int)((uint)Interlocked.Increment(ref turn) % (uint)count);

    private static ushort TypeOf(ReadOnlySpan<byte> address) => address.Length == 4 ? RecordType.A : RecordType.AAAA;
}
