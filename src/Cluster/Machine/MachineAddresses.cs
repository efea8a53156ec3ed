using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Navarch.Cluster.Machine;

/// <summary>Under which addresses this machine is reached.</summary>
public static class MachineAddresses
{
    /// <summary>
    /// The address the machine uses towards others: that of its default route. A machine without any network has only
    /// loopback, and its cluster then works for itself.
    /// </summary>
    public static IPAddress Primary()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Connecting a datagram socket asks the routing table and sends nothing (198.51.100.0/24 is for documentation).
            socket.Connect(new IPEndPoint(new IPAddress([198, 51, 100, 1]), 9));
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return All().FirstOrDefault() ?? IPAddress.Loopback;
        }
    }

    /// <summary>All IPv4 addresses but loopback and those of bridges and tunnels that a cluster made.</summary>
    public static IReadOnlyList<IPAddress> All() =>
        [.. NetworkInterface.GetAllNetworkInterfaces()
            .Where(link => link.OperationalStatus == OperationalStatus.Up && link.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Where(link => !Directory.Exists($"/sys/class/net/{link.Name}/bridge"))
            .OrderBy(link => link.Name, StringComparer.Ordinal)
            .SelectMany(link => link.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork)];
}
