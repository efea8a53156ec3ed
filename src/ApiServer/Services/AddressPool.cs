using System.Net;

namespace Navarch.ApiServer.Services;

/// <summary>
/// Gives out addresses of some ranges, none of them twice. What stored objects hold is learned from their events; what
/// writes under way have asked for is set aside until they end.
/// </summary>
/// <remarks>Not safe by itself: the allocator's lock guards it.</remarks>
internal sealed class AddressPool(Random random)
{
    private readonly Dictionary<IPAddress, string> used = [];
    private readonly HashSet<IPAddress> pending = [];
    private readonly HashSet<IPAddress> blocked = [];

    /// <summary>From what is given out now. They may overlap; who has an address keeps it when its range goes.</summary>
    public IReadOnlyList<AddressRange> Ranges { get; set; } = [];

    public bool Contains(IPAddress address) => Ranges.Any(range => range.Contains(address));

    /// <summary>Sets one address aside. False when somebody else than <paramref name="owner"/> has it.</summary>
    public bool TryTake(IPAddress address, string owner) =>
        (!used.TryGetValue(address, out var holder) || holder == owner) && !blocked.Contains(address) && pending.Add(address);

    /// <summary>Sets any free address aside; null when there is none.</summary>
    public IPAddress? TakeAny() => Ranges.Select(TakeAny).FirstOrDefault(static address => address is not null);

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

    private IPAddress? TakeAny(AddressRange range)
    {
        var start = range.Count == 0 ? 0 : (UInt128)random.NextInt64((long)range.Count);
        for (UInt128 i = 0; i < range.Count; i++)
        {
            if (TryTakeFree(range[range.Reserved + ((start + i) % range.Count)]) is { } address)
            {
                return address;
            }
        }

        // The reserved part is better than nothing.
        for (UInt128 i = 1; i < range.Reserved; i++)
        {
            if (range.Contains(range[i]) && TryTakeFree(range[i]) is { } address)
            {
                return address;
            }
        }

        return null;
    }

    private IPAddress? TryTakeFree(IPAddress address) =>
        !used.ContainsKey(address) && !blocked.Contains(address) && pending.Add(address) ? address : null;
}
