using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Navarch.ApiServer.Services;

/// <summary>A network whose addresses services can have, by number.</summary>
internal sealed class AddressRange
{
    private readonly UInt128 first;
    private readonly UInt128 size;

    public AddressRange(IPNetwork network)
    {
        Network = network;
        var bits = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        first = Number(network.BaseAddress);

        // Larger networks than a random number has bits for gain nothing.
        size = UInt128.One << Math.Min(bits - network.PrefixLength, 62);

        Reserved = 1 + StaticBand(size > 2 ? size - 2 : 0);
        Count = size > Reserved ? size - Reserved - 1 : 0; // Not the broadcast address.
    }

    public IPNetwork Network { get; }

    /// <summary>How many addresses at the beginning are given out last: that of the network, and those kept for services that name theirs.</summary>
    public UInt128 Reserved { get; }

    /// <summary>How many addresses there are behind these.</summary>
    public UInt128 Count { get; }

    /// <summary>The address of the <c>kubernetes</c> service.</summary>
    public IPAddress First => this[1];

    public IPAddress this[UInt128 index]
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, first + index);
            return Network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
        }
    }

    /// <summary>Whether a service can have the address: those of the network itself and of its broadcasts are nobody's.</summary>
    public bool Contains(IPAddress address)
    {
        if (address.AddressFamily != Network.BaseAddress.AddressFamily || !Network.Contains(address))
        {
            return false;
        }

        var index = Number(address) - first;
        return index > 0 && (address.AddressFamily == AddressFamily.InterNetworkV6 || index < size - 1);
    }

    // The lower part of the range is kept for services that ask for an address by name, so that they find it free.
    private static UInt128 StaticBand(UInt128 usable) => usable <= 16 ? 0 : UInt128.Clamp(usable / 16, 16, 256);

    private static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
