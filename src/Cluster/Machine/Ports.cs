using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Navarch.Cluster.Machine;

/// <summary>Which TCP ports of the machine are taken, and by whom.</summary>
internal static class Ports
{
    /// <summary>Whether a socket can listen on the port, on all addresses of the machine.</summary>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.DualMode = true;
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException)
        {
            return IsFreeWithoutIPv6(port);
        }
    }

    /// <summary>The process that listens on the port, as <c>name (pid N)</c>; null where it cannot be found out.</summary>
    public static string? FindOwner(int port)
    {
        var inodes = ListenersIn("/proc/net/tcp", port).Concat(ListenersIn("/proc/net/tcp6", port))
            .Select(inode => $"socket:[{inode}]")
            .ToHashSet();
        if (inodes.Count == 0)
        {
            return null;
        }

        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(folder, "fd")).Any(fd => new FileInfo(fd).LinkTarget is { } target && inodes.Contains(target)))
                {
                    return $"{File.ReadAllText(Path.Combine(folder, "comm")).Trim()} (pid {Path.GetFileName(folder)})";
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or belongs to somebody else.
            }
        }

        return null;
    }

    // proc_net_tcp: `sl local_address rem_address st … uid timeout inode`; state 0A is LISTEN.
    private static IEnumerable<string> ListenersIn(string table, int port)
    {
        if (!File.Exists(table))
        {
            return [];
        }

        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines(table)
            .Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == "0A" && fields[1].EndsWith(suffix, StringComparison.Ordinal))
            .Select(fields => fields[9]);
    }

    private static bool IsFreeWithoutIPv6(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
