using System.Text;

namespace Navarch.Machinery.Certificates;

/// <summary>Blocks of a PEM text (RFC 7468), headers of older forms included.</summary>
public static class Pem
{
    /// <summary>The first block, or null.</summary>
    /// <param name="end">Bytes up to the end of the block.</param>
    public static PemBlock? Find(ReadOnlySpan<byte> bytes, out int end)
    {
        // The encoding maps bytes to characters one to one, so that places in the text are places in the bytes.
        var text = Encoding.Latin1.GetString(bytes);
        end = bytes.Length;
        var start = text.IndexOf("-----BEGIN ", StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var labelStart = start + "-----BEGIN ".Length;
        var labelEnd = text.IndexOf("-----", labelStart, StringComparison.Ordinal);
        if (labelEnd < 0)
        {
            return null;
        }

        var label = text[labelStart..labelEnd];
        var bodyStart = labelEnd + 5;
        var closing = $"-----END {label}-----";
        var bodyEnd = text.IndexOf(closing, bodyStart, StringComparison.Ordinal);
        if (bodyEnd < 0)
        {
            return null;
        }

        end = bodyEnd + closing.Length;
        var lines = text[bodyStart..bodyEnd].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.TakeWhile(static line => line.Contains(':')).Count();
        try
        {
            return new PemBlock(label, headers > 0, Convert.FromBase64String(string.Concat(lines.Skip(headers))));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

public sealed record PemBlock(string Label, bool HasHeaders, byte[] Content);
