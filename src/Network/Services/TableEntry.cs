namespace Navarch.Network.Services;

/// <summary>The sets and maps of the proxy's table that Services fill. What each is for is told in Kernel/ProxyLayout.cs.</summary>
internal enum TableSet : byte
{
    Services,
    NodePorts,
    OutsideServices,
    Backends,
    HidingSource,
    Refused,
    Dropped,
    OwnAddresses,
    Hairpin,
}

/// <summary>
/// How one of several backends is chosen: what distinguishes the chains that services share. There are as many of these
/// as different endpoint counts in the cluster, however many services there are.
/// </summary>
internal readonly record struct Choice(int Count, bool IsOnEveryNodeAddress, bool IsForOutside, bool IsSticky)
{
    /// <summary>The packet is dropped.</summary>
    public static Choice Drop => default;

    public bool IsDrop => this == Drop;

    /// <summary>Whether other frontends may use the same chain. One that remembers clients is its frontend's own.</summary>
    public bool IsShared => Count > 0;

    public static Choice Sticky(bool isForOutside) => new(0, false, isForOutside, IsSticky: true);

    /// <summary>Backends for sources outside are numbered from here, beside those for the others.</summary>
    public uint FirstIndex => IsForOutside ? OutsideIndexFirst : 0;

    public const uint OutsideIndexFirst = 0x8000_0000;
}

/// <summary>A chain of a frontend that keeps clients at the backend that they got first.</summary>
internal sealed record StickyChain(Frontend Frontend, bool IsForOutside, Backend[] Backends, int AffinitySeconds)
{
    public bool Equals(StickyChain? other) =>
        other is not null && Frontend == other.Frontend && IsForOutside == other.IsForOutside
        && AffinitySeconds == other.AffinitySeconds && Backends.AsSpan().SequenceEqual(other.Backends);

    public override int GetHashCode() => HashCode.Combine(Frontend, IsForOutside, Backends.Length);
}

/// <summary>Names one element of one set. Which members count depends on the set.</summary>
internal readonly record struct EntryKey(TableSet Set, Frontend Frontend, uint Index = 0, Address Address = default, ushort Port = 0);

/// <summary>What a map has for a key.</summary>
internal readonly record struct EntryValue(Choice Choice, Address Address = default, ushort Port = 0);

/// <summary>One element of the proxy's table.</summary>
internal readonly record struct TableEntry(EntryKey Key, EntryValue Value);
