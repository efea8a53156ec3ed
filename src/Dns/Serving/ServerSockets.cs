using System.Net;
using System.Net.Sockets;

namespace Navarch.Dns.Serving;

/// <summary>The sockets of a server, which may be opened before the address is there.</summary>
internal sealed record ServerSockets(Socket Udp, Socket Tcp, Socket? Figures) : IDisposable
{
    private const int Backlog = 128;
    private const int BufferBytes = 1 << 20;
    private const int ProtocolIP = 0;
    private const int FreeBind = 15;

    /// <exception cref="SocketException">Somebody else has a port of it.</exception>
    public static ServerSockets Open(IPAddress address, int port, int? figuresPort)
    {
        var opened = new List<Socket>();
        try
        {
            var tcp = Open(opened, address, port, SocketType.Stream, ProtocolType.Tcp);
            var udp = Open(opened, address, ((IPEndPoint)tcp.LocalEndPoint!).Port, SocketType.Dgram, ProtocolType.Udp);
            udp.ReceiveBufferSize = BufferBytes; // Pods that start together ask together.
            var figures = figuresPort is { } wanted ? Open(opened, address, wanted, SocketType.Stream, ProtocolType.Tcp) : null;
            return new(udp, tcp, figures);
        }
        catch
        {
            opened.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    public void Dispose()
    {
        Udp.Dispose();
        Tcp.Dispose();
        Figures?.Dispose();
    }

    private static Socket Open(List<Socket> opened, IPAddress address, int port, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(address.AddressFamily, type, protocol);
        opened.Add(socket);
        if (address.AddressFamily == AddressFamily.InterNetwork && OperatingSystem.IsLinux())
        {
            // The pods' network, which brings the address, may still be in the making.
            socket.SetRawSocketOption(ProtocolIP, FreeBind, BitConverter.GetBytes(1));
        }

        socket.Bind(new IPEndPoint(address, port));
        if (type == SocketType.Stream)
        {
            socket.Listen(Backlog);
        }

        return socket;
    }
}
