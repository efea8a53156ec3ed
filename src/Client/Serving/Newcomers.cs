using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Navarch.Client.Serving;

/// <summary>
/// Bounds the connections on which nobody has shown yet who it is: half-made handshakes, silence, heads that come a byte at a
/// time. The oldest makes room for the newest, so that a flood pushes out itself: a client that is served within milliseconds
/// gets through as long as fewer than the bound come in that time, and who is known is never pushed out.
/// </summary>
public sealed class Newcomers(int max, int perAddressMax)
{
    // Guards both. A newcomer is in the list of all and in that of its address, or in neither.
    private readonly Lock gate = new();
    private readonly LinkedList<Newcomer> all = new();
    private readonly Dictionary<IPAddress, LinkedList<Newcomer>> byAddress = [];

    /// <summary>To stand before TLS: each connection is a newcomer until <see cref="Newcomer.Welcome"/>.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var newcomer = new Newcomer(this, connection, Key(connection.RemoteEndPoint));
        connection.Features.Set(newcomer);
        if (Add(newcomer) is { } oldest)
        {
            oldest.Connection.Abort(new ConnectionAbortedException("too many connections of unknown clients"));
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Remove(newcomer);
        }
    };

    private Newcomer? Add(Newcomer newcomer)
    {
        lock (gate)
        {
            if (!byAddress.TryGetValue(newcomer.Address, out var neighbours))
            {
                byAddress[newcomer.Address] = neighbours = new LinkedList<Newcomer>();
            }

            var oldest = neighbours.Count >= perAddressMax ? neighbours.First!.Value : all.Count >= max ? all.First!.Value : null;
            if (oldest is not null)
            {
                RemoveLocked(oldest);
                byAddress.TryAdd(newcomer.Address, neighbours); // It may have been the last of this address.
            }

            newcomer.InAll = all.AddLast(newcomer);
            newcomer.InAddress = neighbours.AddLast(newcomer);
            return oldest;
        }
    }

    internal void Remove(Newcomer newcomer)
    {
        lock (gate)
        {
            RemoveLocked(newcomer);
        }
    }

    private void RemoveLocked(Newcomer newcomer)
    {
        if (newcomer.InAll is not { } inAll)
        {
            return;
        }

        all.Remove(inAll);
        var neighbours = newcomer.InAddress!.List!;
        neighbours.Remove(newcomer.InAddress);
        if (neighbours.Count == 0)
        {
            byAddress.Remove(newcomer.Address);
        }

        (newcomer.InAll, newcomer.InAddress) = (null, null);
    }

    private static IPAddress Key(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6 || address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.MapToIPv4();
        }

        // Whoever has one address of IPv6 has the whole of its network.
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}

/// <summary>A connection whose client is not known yet; a feature of the connection.</summary>
public sealed class Newcomer
{
    private readonly Newcomers newcomers;
    private int welcomed;

    internal Newcomer(Newcomers newcomers, ConnectionContext connection, IPAddress address) =>
        (this.newcomers, Connection, Address) = (newcomers, connection, address);

    internal ConnectionContext Connection { get; }

    internal IPAddress Address { get; }

    internal LinkedListNode<Newcomer>? InAll { get; set; }

    internal LinkedListNode<Newcomer>? InAddress { get; set; }

    /// <summary>Its client has shown who it is. Called for every request: a second time costs a comparison.</summary>
    public void Welcome()
    {
        if (Volatile.Read(ref welcomed) == 0 && Interlocked.Exchange(ref welcomed, 1) == 0)
        {
            newcomers.Remove(this);
        }
    }
}
