using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Addresses and ranges of them.</summary>
internal static class Networks
{
    public const string AddressType = "net.IP";
    public const string RangeType = "net.CIDR";

    public static IEnumerable<Overload> All =>
    [
        Signature.Read($"ip(string) -> {AddressType}", static (a, run) => Address((string)a[0], run) is { } ip ? ip : new CelError($"IP Address {GoText.Quote((string)a[0])} parse error during conversion from string: ParseAddr({GoText.Quote((string)a[0])}): unable to parse IP")),
        Signature.Read("isIP(string) -> bool", static (a, run) => Values.Box(Address((string)a[0], run) is not null)),
        Signature.Read("ip.isCanonical(string) -> bool", static (a, run) => Address((string)a[0], run) is { } ip ? Values.Box(ip.Address.ToString() == (string)a[0]) : new CelError($"IP Address {GoText.Quote((string)a[0])} parse error during conversion from string: ParseAddr({GoText.Quote((string)a[0])}): unable to parse IP")),
        Signature.Read($"{AddressType}.family() -> int", static (a, _) => Ip(a[0]).AddressFamily == AddressFamily.InterNetwork ? 4L : 6L),
        Signature.Read($"{AddressType}.isUnspecified() -> bool", static (a, _) => Values.Box(Ip(a[0]).Equals(IPAddress.Any) || Ip(a[0]).Equals(IPAddress.IPv6Any))),
        Signature.Read($"{AddressType}.isLoopback() -> bool", static (a, _) => Values.Box(IPAddress.IsLoopback(Ip(a[0])))),
        Signature.Read($"{AddressType}.isLinkLocalMulticast() -> bool", static (a, _) => Values.Box(IsLinkLocalMulticast(Ip(a[0])))),
        Signature.Read($"{AddressType}.isLinkLocalUnicast() -> bool", static (a, _) => Values.Box(IsLinkLocal(Ip(a[0])))),
        Signature.Read($"{AddressType}.isGlobalUnicast() -> bool", static (a, _) => Values.Box(IsGlobalUnicast(Ip(a[0])))),
        Signature.Read($"string({AddressType}) -> string", static (a, _) => Ip(a[0]).ToString()),
        Signature.Read($"cidr(string) -> {RangeType}", static (a, run) => Range((string)a[0], run) is { } range ? range : new CelError($"network address parse error during conversion from string: netip.ParsePrefix({GoText.Quote((string)a[0])}): no '/'")),
        Signature.Read("isCIDR(string) -> bool", static (a, run) => Values.Box(Range((string)a[0], run) is not null)),
        Signature.Read($"{RangeType}.containsIP({AddressType}) -> bool", static (a, _) => Values.Box(((CelRange)a[0]).Contains(Ip(a[1])))),
        Signature.Read($"{RangeType}.containsIP(string) -> bool", static (a, run) => Address((string)a[1], run) is { } ip ? Values.Box(((CelRange)a[0]).Contains(ip.Address)) : new CelError($"IP Address {GoText.Quote((string)a[1])} parse error during conversion from string: ParseAddr({GoText.Quote((string)a[1])}): unable to parse IP")),
        Signature.Read($"{RangeType}.containsCIDR({RangeType}) -> bool", static (a, _) => Values.Box(((CelRange)a[0]).Contains((CelRange)a[1]))),
        Signature.Read($"{RangeType}.containsCIDR(string) -> bool", static (a, run) => Range((string)a[1], run) is { } range ? Values.Box(((CelRange)a[0]).Contains(range)) : new CelError($"network address parse error during conversion from string: netip.ParsePrefix({GoText.Quote((string)a[1])}): no '/'")),
        Signature.Read($"{RangeType}.ip() -> {AddressType}", static (a, _) => new CelAddress(((CelRange)a[0]).Address)),
        Signature.Read($"{RangeType}.masked() -> {RangeType}", static (a, _) => ((CelRange)a[0]).Masked),
        Signature.Read($"{RangeType}.prefixLength() -> int", static (a, _) => (long)((CelRange)a[0]).Length),
        Signature.Read($"string({RangeType}) -> string", static (a, _) => ((CelRange)a[0]).ToString()),
    ];

    private static IPAddress Ip(object value) => ((CelAddress)value).Address;

    private static CelAddress? Address(string text, CelRun run)
    {
        run.Walk(text.Length);
        return ParseStrictly(text) is { } address ? new CelAddress(address) : null;
    }

    // Neither zones, nor numbers with zeros before them, nor addresses of one family in the clothes of the other.
    private static IPAddress? ParseStrictly(string text)
    {
        if (text.Length > 45 || text.Contains('%') || text.Contains('[') || !IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        return address.AddressFamily == AddressFamily.InterNetwork ? (address.ToString() == text ? address : null)
            : address.IsIPv4MappedToIPv6 ? null
            : address;
    }

    private static CelRange? Range(string text, CelRun run)
    {
        run.Walk(text.Length);
        var slash = text.LastIndexOf('/');
        return slash > 0 && ParseStrictly(text[..slash]) is { } address && text.AsSpan(slash + 1) is { Length: > 0 and < 4 } digits
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && (digits.Length == 1 || digits[0] != '0')
            && length <= address.GetAddressBytes().Length * 8
            ? new CelRange(address, length)
            : null;
    }

    private static bool IsLinkLocal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes() is [169, 254, ..]
        : address.IsIPv6LinkLocal;

    private static bool IsLinkLocalMulticast(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes() is [224, 0, 0, _]
        : address.GetAddressBytes() is [0xFF, var scope, ..] && (scope & 0x0F) == 2;

    private static bool IsGlobalUnicast(IPAddress address) => !IPAddress.IsLoopback(address) && !IsLinkLocal(address)
        && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && (address.AddressFamily == AddressFamily.InterNetwork ? address.GetAddressBytes()[0] is < 224 or > 239 : !address.IsIPv6Multicast);

    private sealed record CelAddress(IPAddress Address) : ICelValue
    {
        public string TypeName => AddressType;
    }

    private sealed record CelRange(IPAddress Address, int Length) : ICelValue
    {
        public string TypeName => RangeType;

        public CelRange Masked
        {
            get
            {
                var bytes = Address.GetAddressBytes();
                for (var bit = Length; bit < bytes.Length * 8; bit++)
                {
                    bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
                }

                return new CelRange(new IPAddress(bytes), Length);
            }
        }

        public bool Contains(IPAddress address) => address.AddressFamily == Address.AddressFamily && new CelRange(address, Length).Masked.Address.Equals(Masked.Address);

        public bool Contains(CelRange other) => other.Length >= Length && Contains(other.Address);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");
    }
}
