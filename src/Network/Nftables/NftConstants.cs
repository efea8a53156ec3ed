namespace Navarch.Network.Nftables;

// Numbers of the kernel's interface: include/uapi/linux/netfilter/nf_tables.h, nf_conntrack_common.h, netfilter.h.

/// <summary>Address family of a table, which decides what its chains see.</summary>
internal enum NftFamily : byte
{
    IPv4 = 2,
    IPv6 = 10,
}

internal enum NftHook : uint
{
    Prerouting = 0,
    Input = 1,
    Forward = 2,
    Output = 3,
    Postrouting = 4,
}

/// <summary>Where in a hook a chain runs: lower is earlier. Conntrack is at -200.</summary>
internal static class NftPriority
{
    public const int Raw = -300;
    public const int BeforeDestinationNat = -110;
    public const int DestinationNat = -100;
    public const int AfterDestinationNat = -90;
    public const int Filter = 0;
    public const int SourceNat = 100;
}

/// <summary>How nft prints a value. The kernel stores it for the tools and does not look at it.</summary>
internal enum NftDataType : uint
{
    IPv4Address = 7,
    IPv6Address = 8,
    Protocol = 12,
    Port = 13,
    Mark = 19,
    Verdict = 0xffffff00,
}

[Flags]
internal enum NftSetFlags : uint
{
    None = 0,
    Map = 0x8,
    Timeout = 0x10,
    ChangedByRules = 0x20,
}

internal enum NftVerdict
{
    Drop = 0,
    Accept = 1,
    Return = -5,
    Jump = -3,
    Goto = -4,
}

internal enum NftCompare : uint
{
    Equal = 0,
    NotEqual = 1,
}

internal enum NftMeta : uint
{
    InterfaceIn = 4,
    InterfaceInName = 6,
    InterfaceOutName = 7,
    L4Protocol = 16,
}

internal enum NftConntrack : uint
{
    State = 0,
    Status = 2,
    ProtocolDestination = 12,
    DestinationIPv4 = 20,
    DestinationIPv6 = 22,
}

internal enum NftPayload : uint
{
    Network = 1,
    Transport = 2,
}

internal enum NftDynamic : uint
{
    Add = 0,
    Update = 1,
    Delete = 2,
}
