using System.Net;
using System.Net.Sockets;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>One server that a balancer leads to, and the connections that it has.</summary>
internal sealed class Backend(IPEndPoint address)
{
    // Guards the connections.
    private readonly Lock gate = new();
    private readonly HashSet<(Socket Client, Socket Server)> connections = [];
    private bool isUp;
    private long wellAt;
    private int led;

    public IPEndPoint Address => address;

    /// <summary>Whether it answered well when it was last asked.</summary>
    public bool IsUp
    {
        get => Volatile.Read(ref isUp);
        set => Volatile.Write(ref isUp, value);
    }

    /// <summary>When it last did, as a timestamp.</summary>
    public long WellAt
    {
        get => Volatile.Read(ref wellAt);
        set => Volatile.Write(ref wellAt, value);
    }

    /// <summary>Clients that were led to it, connected or about to be.</summary>
    public int Led => Volatile.Read(ref led);

    public void Lead() => Interlocked.Increment(ref led);

    public void Leave() => Interlocked.Decrement(ref led);

    public void Add(Socket client, Socket server)
    {
        lock (gate)
        {
            connections.Add((client, server));
        }
    }

    public void Remove(Socket client, Socket server)
    {
        lock (gate)
        {
            connections.Remove((client, server));
        }
    }

    /// <summary>Breaks every connection, so that clients come again and are led elsewhere.</summary>
    /// <returns>How many there were.</returns>
    public int Abort()
    {
        lock (gate)
        {
            foreach (var (client, server) in connections)
            {
                Reset(client);
                Reset(server);
            }

            var count = connections.Count;
            connections.Clear();
            return count;
        }
    }

    /// <summary>Closes a connection in a way that its peer cannot take for an orderly end.</summary>
    internal static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        socket.Dispose();
    }
}
