using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Navarch.Dns.Lookup;

/// <summary>The names of pods: their addresses, with dashes for what separates numbers.</summary>
/// <remarks>Whether there is such a pod is not asked, as with other servers' default: the name says the address itself.</remarks>
internal static class PodName
{
    private const int TextMax = 45;

    public static bool TryRead(ReadOnlySpan<byte> label, Span<byte> address, out int bytes)
    {
        bytes = 0;
        Span<char> text = stackalloc char[TextMax];
        if (label.Length > TextMax || !Ascii.IsValid(label))
        {
            return false;
        }

        Encoding.ASCII.GetChars(label, text);
        text = text[..label.Length];
        var isV4 = text.Count('-') == 3 && !text.Contains("--", StringComparison.Ordinal) && text.IndexOfAnyExcept("0123456789-") < 0;
        text.Replace('-', isV4 ? '.' : ':');
        return IPAddress.TryParse(text, out var parsed)
            && parsed.AddressFamily == (isV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6)
            && parsed.TryWriteBytes(address, out bytes);
    }
}
