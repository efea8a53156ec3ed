namespace Navarch.Network.Nftables;

/// <summary>
/// A named set, or a map if it has data. Keys and data are concatenations of fields, each padded to four bytes, as the
/// kernel's registers are.
/// </summary>
internal sealed record NftSet(string Name, NftDataType[] Key, NftDataType[] Data)
{
    /// <summary>Elements may expire, and rules may add, refresh and delete them.</summary>
    public bool IsFilledByRules { get; init; }

    /// <summary>Bound on the number of elements; 0 is none. A set that rules fill has to have one.</summary>
    public uint ElementsMax { get; init; }

    public bool IsMap => Data.Length > 0;

    public bool IsVerdictMap => Data is [NftDataType.Verdict];

    public int KeyBytes => Key.Sum(Bytes);

    public int DataBytes => Data.Sum(Bytes);

    /// <summary>The number under which the tools know a concatenation: six bits for each field.</summary>
    public static uint TypeNumber(NftDataType[] fields) =>
        fields is [var single] ? (uint)single : fields.Aggregate(0u, (number, field) => (number << 6) | (uint)field);

    private static int Bytes(NftDataType type) => type == NftDataType.IPv6Address ? 16 : 4;
}
