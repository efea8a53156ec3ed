using System.Text;

namespace Navarch.Dns.Messages;

/// <summary>
/// Names as they are on the wire: labels, each with its length in front, and an empty one at the end. Names that are kept or
/// compared are in lower case, so that equal names are equal bytes.
/// </summary>
internal static class WireName
{
    public const int BytesMax = 255;
    public const int LabelBytesMax = 63;

    /// <summary>Labels that fit into a name, the empty one not counted.</summary>
    public const int LabelsMax = 127;

    private const int PointerMask = 0xc0;

    /// <summary>The wire form of a dotted name, with or without the dot at the end; null where it has none.</summary>
    public static byte[]? TryParse(string dotted)
    {
        var name = dotted.EndsWith('.') ? dotted[..^1] : dotted;
        if (name.Length == 0)
        {
            return [0];
        }

        var wire = new byte[name.Length + 2];
        var at = 0;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > LabelBytesMax || wire.Length > BytesMax || !Ascii.IsValid(label))
            {
                return null;
            }

            wire[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label.ToLowerInvariant(), wire.AsSpan(at));
        }

        return wire;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">It has none.</exception>
    public static byte[] Parse(string dotted) => TryParse(dotted) ?? throw new FormatException($"\"{dotted}\" is not a name that DNS can carry");

    /// <summary>One label after another, without the empty one at the end: a part of a name.</summary>
    public static byte[] Labels(params ReadOnlySpan<string> labels)
    {
        var wire = new byte[labels.Length + Total(labels)];
        var at = 0;
        foreach (var label in labels)
        {
            wire[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label.ToLowerInvariant(), wire.AsSpan(at));
        }

        return wire;

        static int Total(ReadOnlySpan<string> labels)
        {
            var total = 0;
            foreach (var label in labels)
            {
                total += label.Length;
            }

            return total;
        }
    }

    /// <summary>For people: dotted, with what is no printable character as \DDD.</summary>
    public static string ToText(ReadOnlySpan<byte> wire)
    {
        var text = new StringBuilder();
        for (var at = 0; at < wire.Length && wire[at] != 0; at += wire[at] + 1)
        {
            foreach (var b in wire.Slice(at + 1, wire[at]))
            {
                _ = b is > 0x20 and < 0x7f && b != '.' && b != '\\' ? text.Append((char)b) : text.Append('\\').Append(b.ToString("D3", null));
            }

            text.Append('.');
        }

        return text.Length == 0 ? "." : text.ToString();
    }

    /// <summary>Finds where the name at <paramref name="at"/> ends within the message, without following it.</summary>
    public static bool TrySkip(ReadOnlySpan<byte> message, ref int at)
    {
        while (at < message.Length)
        {
            var length = message[at];
            if (length == 0)
            {
                at++;
                return true;
            }

            if ((length & PointerMask) == PointerMask)
            {
                at += 2;
                return at <= message.Length;
            }

            if ((length & PointerMask) != 0)
            {
                return false; // Kinds of labels that never came to be.
            }

            at += length + 1;
        }

        return false;
    }

    /// <summary>Reads the name at <paramref name="at"/> in lower case, following pointers, and moves behind it.</summary>
    /// <param name="name">Of at least <see cref="BytesMax"/> bytes.</param>
    /// <remarks>
    /// A pointer must lead to before the part that it ends, and each further one to before that. So there is no ring to go
    /// round in, and the work is bounded by the length of a name.
    /// </remarks>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int at, Span<byte> name, out int length)
    {
        length = 0;
        var (position, earliest, behind) = (at, at, -1);
        while (position < message.Length)
        {
            var label = message[position];
            if ((label & PointerMask) == PointerMask)
            {
                if (position + 1 >= message.Length)
                {
                    return false;
                }

                var target = ((label & ~PointerMask) << 8) | message[position + 1];
                if (target >= earliest)
                {
                    return false;
                }

                behind = behind < 0 ? position + 2 : behind;
                (position, earliest) = (target, target);
                continue;
            }

            if ((label & PointerMask) != 0 || position + 1 + label > message.Length || length + 1 + label > BytesMax)
            {
                return false;
            }

            name[length++] = label;
            if (label == 0)
            {
                at = behind < 0 ? position + 1 : behind;
                return true;
            }

            ToLower(message.Slice(position + 1, label), name[length..]);
            length += label;
            position += label + 1;
        }

        return false;
    }

    private static void ToLower(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (var i = 0; i < from.Length; i++)
        {
            var b = from[i];
            to[i] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        }
    }
}
