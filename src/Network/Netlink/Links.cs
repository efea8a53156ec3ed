using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Navarch.Network.Netlink;

/// <summary>A network interface. Master is the index of the bridge it is a port of, or 0.</summary>
internal sealed record Link(int Index, string Name, int Master);

/// <summary>Network interfaces, their addresses and routes through them, in the namespace of the socket.</summary>
internal sealed class Links(NetlinkSocket socket) : IDisposable
{
    private const ushort NewLink = 16;
    private const ushort DelLink = 17;
    private const ushort GetLink = 18;
    private const ushort NewAddress = 20;
    private const ushort DelAddress = 21;
    private const ushort GetAddress = 22;
    private const ushort NewRoute = 24;

    private const uint Up = 1;

    public static Links Open(string? namespacePath) => new(NetlinkSocket.Open(NetlinkSocket.Route, namespacePath));

    public void Dispose() => socket.Dispose();

    public IReadOnlyList<Link> List()
    {
        var links = new List<Link>();
        var request = new NetlinkWriter();
        request.Begin(GetLink, NetlinkWriter.Request | NetlinkWriter.Dump, socket.NextSequence());
        request.Raw(new byte[16]);
        request.End();
        socket.Dump(request, "list network interfaces", (_, body) =>
        {
            if (body.Length < 16)
            {
                return;
            }
            var name = NetlinkAttributes.Find(body[16..], 3);
            var master = NetlinkAttributes.Find(body[16..], 10);
            links.Add(new(
                BinaryPrimitives.ReadInt32LittleEndian(body[4..]),
                Encoding.UTF8.GetString(name.TrimEnd((byte)0)),
                master.Length == 4 ? BinaryPrimitives.ReadInt32LittleEndian(master) : 0));
        });
        return links;
    }

    public Link? Find(string name) => List().FirstOrDefault(link => link.Name == name);

    /// <summary>Adds an interface of a kind, such as bridge or dummy, and sets it up.</summary>
    /// <exception cref="NetlinkException">The kernel does not know the kind (not supported), or the name is taken (exists).</exception>
    public void Add(string name, string kind, ReadOnlySpan<byte> hardwareAddress = default)
    {
        var request = Begin(NewLink, NetlinkWriter.Create | NetlinkWriter.Exclusive, LinkHeader(0, Up));
        request.Attribute(3, name);
        if (!hardwareAddress.IsEmpty)
        {
            request.Attribute(1, hardwareAddress);
        }
        var info = request.BeginNested(18);
        request.Attribute(1, kind);
        request.EndNested(info);
        request.End();
        socket.Execute(request, $"add {kind} {name}");
    }

    public void SetUp(Link link)
    {
        var request = Begin(NewLink, 0, LinkHeader(link.Index, Up));
        request.End();
        socket.Execute(request, $"set {link.Name} up");
    }

    /// <summary>Deletes an interface; no error if it is gone.</summary>
    public void Delete(Link link)
    {
        var request = Begin(DelLink, 0, LinkHeader(link.Index, 0));
        request.End();
        try
        {
            socket.Execute(request, $"delete {link.Name}");
        }
        catch (NetlinkException e) when (e.Error == NetlinkException.NoDevice)
        {
            // A veth goes with its other end.
        }
    }

    /// <summary>Gives the interface these addresses and no other of the family, in this order: the first is the one it sends from.</summary>
    /// <param name="wanted">At least one; all of one family.</param>
    public void SetAddresses(Link link, IReadOnlyList<(IPAddress Address, int PrefixLength)> wanted)
    {
        var known = Addresses(link, wanted[0].Address.AddressFamily);
        var keepsFirst = known is [var first, ..] && first.Equals(wanted[0]);
        foreach (var (address, length) in known.Where(one => !keepsFirst || !wanted.Contains(one)))
        {
            Address(DelAddress, 0, link, address, length);
        }
        foreach (var (address, length) in wanted.Where(one => !keepsFirst || !known.Contains(one)))
        {
            Address(NewAddress, NetlinkWriter.Create, link, address, length);
        }
    }

    /// <summary>Adds a route to a network on the interface itself. One that is there already is left.</summary>
    public void AddRoute(Link link, IPNetwork destination)
    {
        const byte TableMain = 254;
        const byte ProtocolStatic = 4;
        const byte ScopeLink = 253;
        const byte TypeUnicast = 1;
        var request = Begin(NewRoute, NetlinkWriter.Create | NetlinkWriter.Exclusive,
        [
            Family(destination.BaseAddress), (byte)destination.PrefixLength, 0, 0,
            TableMain, ProtocolStatic, ScopeLink, TypeUnicast, 0, 0, 0, 0,
        ]);
        request.Attribute(1, destination.BaseAddress.GetAddressBytes());
        request.HostAttribute(4, (uint)link.Index);
        request.End();
        try
        {
            socket.Execute(request, $"add route {destination} dev {link.Name}");
        }
        catch (NetlinkException e) when (e.Error == NetlinkException.Exists)
        {
            // Of a former run, or of another profile with the same range: any route serves.
        }
    }

    private List<(IPAddress Address, int PrefixLength)> Addresses(Link link, AddressFamily family)
    {
        var addresses = new List<(IPAddress, int)>();
        var request = new NetlinkWriter();
        request.Begin(GetAddress, NetlinkWriter.Request | NetlinkWriter.Dump, socket.NextSequence());
        request.Raw([(byte)(family == AddressFamily.InterNetwork ? 2 : 10), 0, 0, 0, 0, 0, 0, 0]);
        request.End();
        socket.Dump(request, "list addresses", (_, body) =>
        {
            if (body.Length < 8 || BinaryPrimitives.ReadInt32LittleEndian(body[4..]) != link.Index)
            {
                return;
            }
            var address = NetlinkAttributes.Find(body[8..], 1);
            if (address.Length is 4 or 16)
            {
                addresses.Add((new IPAddress(address), body[1]));
            }
        });
        return addresses;
    }

    private void Address(ushort message, ushort flags, Link link, IPAddress address, int prefixLength)
    {
        var header = new byte[8];
        header[0] = Family(address);
        header[1] = (byte)prefixLength;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), link.Index);
        var request = Begin(message, flags, header);
        request.Attribute(2, address.GetAddressBytes());
        request.Attribute(1, address.GetAddressBytes());
        request.End();
        socket.Execute(request, $"{(message == NewAddress ? "add" : "delete")} address {address}/{prefixLength} on {link.Name}");
    }

    private NetlinkWriter Begin(ushort message, ushort flags, ReadOnlySpan<byte> header)
    {
        var request = new NetlinkWriter();
        request.Begin(message, (ushort)(NetlinkWriter.Request | NetlinkWriter.Acknowledge | flags), socket.NextSequence());
        request.Raw(header);
        return request;
    }

    private static byte[] LinkHeader(int index, uint flags)
    {
        var header = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), index);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), flags); // Which flags to change.
        return header;
    }

    private static byte Family(IPAddress address) => (byte)(address.AddressFamily == AddressFamily.InterNetwork ? 2 : 10);
}
