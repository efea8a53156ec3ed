using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Navarch.Network;

/// <summary>An IP address as a value, without an allocation per address. The default is <see cref="None"/>.</summary>
internal readonly record struct Address : IComparable<Address>
{
    private readonly UInt128 bits;
    private readonly AddressFamily family;

    private Address(UInt128 bits, AddressFamily family) => (this.bits, this.family) = (bits, family);

    /// <summary>No address at all; among frontends it stands for every address of the node.</summary>
    public static Address None => default;

    public bool IsNone => family == AddressFamily.Unspecified;

    public bool IsIPv4 => family == AddressFamily.InterNetwork;

    public bool IsIPv6 => family == AddressFamily.InterNetworkV6;

    /// <summary>
    /// Whether packets may be sent there on behalf of a Service. Loopback and link-local addresses mean something else on
    /// every node: an endpoint there would open a node's private services to whoever may write an EndpointSlice.
    /// </summary>
    public bool CanBeEndpoint
    {
        get
        {
            if (IsNone)
            {
                return false;
            }
            var address = ToIPAddress();
            if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            {
                return false;
            }
            if (IsIPv6)
            {
                return !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !address.IsIPv4MappedToIPv6;
            }
            var first = (uint)bits >> 24;
            return first is > 0 and < 224 && (uint)bits >> 16 != 0xA9FE; // 169.254.0.0/16
        }
    }

    /// <summary>Strict: the forms that the API accepts, not the shortened or octal ones that <see cref="IPAddress"/> does.</summary>
    public static bool TryParse(string text, out Address address)
    {
        address = default;
        if (!IPAddress.TryParse(text, out var parsed) || text.Contains('%') || text.Contains('['))
        {
            return false;
        }
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)
        {
            return false;
        }
        address = From(parsed);
        return true;
    }

    public static Address Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"\"{text}\" is not an IP address");

    public static Address From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? new Address(BinaryPrimitives.ReadUInt32BigEndian(bytes), AddressFamily.InterNetwork)
            : new Address(BinaryPrimitives.ReadUInt128BigEndian(bytes), AddressFamily.InterNetworkV6);
    }

    /// <summary>Writes the address in network order; <see cref="None"/> is all zeros.</summary>
    public void WriteTo(Span<byte> destination)
    {
        if (destination.Length == 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)bits);
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination, bits);
        }
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[IsIPv6 ? 16 : 4];
        WriteTo(bytes);
        return new IPAddress(bytes);
    }

    public int CompareTo(Address other) =>
        family != other.family ? family.CompareTo(other.family) : bits.CompareTo(other.bits);

    public override string ToString() => IsNone ? "*" : ToIPAddress().ToString();
}
