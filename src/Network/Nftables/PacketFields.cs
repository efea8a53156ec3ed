using System.Net;

namespace Navarch.Network.Nftables;

/// <summary>
/// Where things are in packets of one family, and in which registers the rules of this project keep them. The one place
/// that knows the difference between the families.
/// </summary>
/// <remarks>
/// The order is that of the widest keys, so that every key is a run of registers:
/// source, address, protocol, port, index, backend address, backend port. With IPv6 that is all sixteen.
/// </remarks>
internal sealed class PacketFields(NftFamily family)
{
    public const int DestinationPortOffset = 2;
    public const int PortBytes = 2;

    /// <summary>Registers that an address takes.</summary>
    public int AddressWords { get; } = family == NftFamily.IPv4 ? 1 : 4;

    public int AddressBytes => AddressWords * 4;

    public NftDataType AddressType => family == NftFamily.IPv4 ? NftDataType.IPv4Address : NftDataType.IPv6Address;

    public int SourceOffset => family == NftFamily.IPv4 ? 12 : 8;

    public int DestinationOffset => family == NftFamily.IPv4 ? 16 : 24;

    public NftConntrack OriginalDestination =>
        family == NftFamily.IPv4 ? NftConntrack.DestinationIPv4 : NftConntrack.DestinationIPv6;

    public IPNetwork Loopback => IPNetwork.Parse(family == NftFamily.IPv4 ? "127.0.0.0/8" : "::1/128");

    public int Source => 0;

    public int Address => AddressWords;

    public int Protocol => 2 * AddressWords;

    public int Port => Protocol + 1;

    public int Index => Protocol + 2;

    public int BackendAddress => Protocol + 3;

    public int BackendPort => BackendAddress + AddressWords;

    /// <summary>Goes on only if the source is (or is not) within <paramref name="range"/>. Uses the source's registers.</summary>
    public void IfSourceIn(NftRule rule, IPNetwork range, NftCompare operation) =>
        IfIn(rule, SourceOffset, Source, range, operation);

    /// <summary>Goes on only if the destination is (or is not) within <paramref name="range"/>. Uses the source's registers.</summary>
    public void IfDestinationIn(NftRule rule, IPNetwork range, NftCompare operation) =>
        IfIn(rule, DestinationOffset, Source, range, operation);

    private void IfIn(NftRule rule, int offset, int register, IPNetwork range, NftCompare operation)
    {
        rule.Load(NftPayload.Network, offset, AddressBytes, register)
            .Mask(register, MaskOf(range))
            .Compare(register, operation, range.BaseAddress.GetAddressBytes());
    }

    private byte[] MaskOf(IPNetwork range)
    {
        var mask = new byte[AddressBytes];
        for (var bit = 0; bit < range.PrefixLength; bit++)
        {
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }
        return mask;
    }
}
