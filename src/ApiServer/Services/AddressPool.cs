using System.Buffers.Binary;
using System.Net;

namespace Navarch.ApiServer.Services;

/// <summary>
/// Gives out addresses of a network, none of them twice. What stored objects hold is learned from their events; what
/// writes under way have asked for is set aside until they end.
/// </summary>
/// <remarks>Not safe by itself: the allocator's lock guards it.</remarks>
internal sealed class AddressPool
{
    private readonly IPNetwork network;
    private readonly UInt128 first;
    private readonly UInt128 size;
    private readonly UInt128 reserved;
    private readonly Dictionary<IPAddress, string> used = [];
    private readonly HashSet<IPAddress> pending = [];
    private readonly HashSet<IPAddress> blocked = [];
    private readonly Random random;

    public AddressPool(IPNetwork network, Random random)
    {
        this.network = network;
        this.random = random;
        var bits = network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
        first = Number(network.BaseAddress);

        // Larger networks than a random number has bits for gain nothing.
        size = UInt128.One << Math.Min(bits - network.PrefixLength, 62);

        reserved = 1 + StaticBand(size > 2 ? size - 2 : 0);
    }

    /// <summary>The address of the <c>kubernetes</c> service.</summary>
    public IPAddress First => Address(first + 1);

    public IPNetwork Network => network;

    public bool Contains(IPAddress address) => network.Contains(address) && address.AddressFamily == network.BaseAddress.AddressFamily;

    /// <summary>Sets one address aside. False when somebody else than <paramref name="owner"/> has it.</summary>
    public bool TryTake(IPAddress address, string owner) =>
        (!used.TryGetValue(address, out var holder) || holder == owner) && !blocked.Contains(address) && pending.Add(address);

    /// <summary>Sets any free address aside; null when there is none.</summary>
    public IPAddress? TakeAny()
    {
        var count = size - reserved - 1; // Not the broadcast address.
        var start = (UInt128)random.NextInt64((long)count);
        for (UInt128 i = 0; i < count; i++)
        {
            var address = Address(first + reserved + ((start + i) % count));
            if (IsFree(address) && pending.Add(address))
            {
                return address;
            }
        }

        // The reserved part is better than nothing.
        for (UInt128 i = 1; i < reserved; i++)
        {
            var address = Address(first + i);
            if (IsFree(address) && pending.Add(address))
            {
                return address;
            }
        }

        return null;
    }

    /// <summary>Keeps an address from being given out at all.</summary>
    public void Block(IPAddress address) => blocked.Add(address);

    public void Unblock(IPAddress address) => blocked.Remove(address);

    public void EndPending(IPAddress address) => pending.Remove(address);

    public void Use(IPAddress address, string owner) => used[address] = owner;

    public void Free(IPAddress address, string owner)
    {
        if (used.TryGetValue(address, out var holder) && holder == owner)
        {
            used.Remove(address);
        }
    }

    // The lower part of the range is kept for services that ask for an address by name, so that they find it free.
    private static UInt128 StaticBand(UInt128 usable) => usable <= 16 ? 0 : UInt128.Clamp(usable / 16, 16, 256);

    private bool IsFree(IPAddress address) => !used.ContainsKey(address) && !blocked.Contains(address);

    private static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private IPAddress Address(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }
}
