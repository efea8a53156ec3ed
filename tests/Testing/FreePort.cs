using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Navarch.Testing;

/// <summary>A port for a process that is told where to listen, and that keeps it while the process is down between two starts.</summary>
/// <remarks>
/// It is none of those that the kernel gives to whoever asks for any: such a port, once let go of, is soon a client's own, also that
/// of one who tries to reach the process while it is down, and is then connected to itself.
/// </remarks>
public static class FreePort
{
    // Below are the ports of well-known services, above those of node ports and of the kernel's choice.
    private const int First = 15_000;
    private const int End = 30_000;

    private static readonly Lock Guard = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>One that nobody listens on, and that was given to nobody else in this process.</summary>
    public static int Next()
    {
        lock (Guard)
        {
            while (true)
            {
                var port = RandomNumberGenerator.GetInt32(First, Math.Min(End, KernelFirst()));
                if (IsFree(port) && Given.Add(port))
                {
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int KernelFirst() =>
        int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0], CultureInfo.InvariantCulture) is > First + 1000 and var first ? first : End;
}
