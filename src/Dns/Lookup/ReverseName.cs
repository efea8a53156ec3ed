using System.Net;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Lookup;

/// <summary>Names below in-addr.arpa and ip6.arpa, which stand for addresses.</summary>
internal static class ReverseName
{
    private const int BytesV4 = 4;
    private const int NibblesV6 = 32;

    /// <summary>The address that the question's name stands for, of 4 or 16 bytes; false when it is none, or only a part of one.</summary>
    public static bool TryRead(Query query, Span<byte> address, out int bytes)
    {
        bytes = 0;
        var count = query.LabelCount - 2;
        if (count == BytesV4 && IsBelow(query, "\u0007in-addr\u0004arpa\0"u8))
        {
            bytes = BytesV4;
            for (var i = 0; i < BytesV4; i++)
            {
                var label = query.Label(BytesV4 - 1 - i);
                if (!byte.TryParse(label, System.Globalization.NumberStyles.None, null, out address[i]) || (label.Length > 1 && label[0] == '0'))
                {
                    return false;
                }
            }

            return true;
        }

        if (count != NibblesV6 || !IsBelow(query, "\u0003ip6\u0004arpa\0"u8))
        {
            return false;
        }

        bytes = NibblesV6 / 2;
        for (var i = 0; i < bytes; i++)
        {
            if (Nibble(query.Label(NibblesV6 - 1 - (2 * i))) is not (>= 0 and var high) || Nibble(query.Label(NibblesV6 - 2 - (2 * i))) is not (>= 0 and var low))
            {
                return false;
            }

            address[i] = (byte)((high << 4) | low);
        }

        return true;
    }

    /// <summary>Whether the address is of one of the networks.</summary>
    public static bool IsIn(IReadOnlyList<IPNetwork> networks, ReadOnlySpan<byte> address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(new IPAddress(address)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsBelow(Query query, ReadOnlySpan<byte> ending) => query.From(query.LabelCount - 2).SequenceEqual(ending);

    private static int Nibble(ReadOnlySpan<byte> label) => label.Length == 1 && char.IsAsciiHexDigit((char)label[0]) ? Convert.ToInt32(((char)label[0]).ToString(), 16) : -1;
}
