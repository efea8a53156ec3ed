using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// Which addresses the server connects to when a client or a node says where. The server reaches more than they do, and
/// must not be their way to its own machine, to what a cloud tells its machines, or to everybody on the link at once.
/// </summary>
internal static class ReachableAddresses
{
    // Where clouds answer their machines about themselves, keys included, outside of the link-local ranges.
    private static readonly HashSet<IPAddress> Metadata =
    [
        IPAddress.Parse("100.100.100.200"), IPAddress.Parse("168.63.129.16"), IPAddress.Parse("192.0.0.192"),
        IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("fd20:ce::254"),
    ];

    public static bool Contains(IPAddress address)
    {
        var real = Unwrap(address);
        if (Metadata.Contains(real))
        {
            return false;
        }

        if (real.AddressFamily == AddressFamily.InterNetwork)
        {
            Span<byte> bytes = stackalloc byte[4];
            real.TryWriteBytes(bytes, out _);
            return bytes is not ([0, ..] or [127, ..] or [169, 254, ..] or [>= 224, ..]);
        }

        return !IPAddress.IsLoopback(real) && !real.Equals(IPAddress.IPv6Any) && !real.IsIPv6LinkLocal && !real.IsIPv6Multicast;
    }

    /// <summary>The IPv4 address that packets to one of IPv6 end up at: mapped, compatible, NAT64 (RFC 6052) or 6to4 (RFC 3056).</summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.IsIPv4MappedToIPv6 || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]))
        {
            return new IPAddress(bytes[12..]);
        }

        if (bytes[..12].IndexOfAnyExcept((byte)0) < 0 && BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) > 1)
        {
            return new IPAddress(bytes[12..]);
        }

        return bytes is [0x20, 0x02, ..] ? new IPAddress(bytes[2..6]) : address;
    }
}
