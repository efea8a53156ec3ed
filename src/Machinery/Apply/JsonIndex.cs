using System.Buffers;
using System.Diagnostics;

namespace Navarch.Machinery.Apply;

/// <summary>
/// Where every value of a JSON text begins and ends, so that two texts can be compared part by part without making
/// anything of them. Used again for the next text.
/// </summary>
/// <remarks>For text that this program wrote and nobody else: it is not checked. Values are numbered in the order of the text.</remarks>
internal sealed class JsonIndex
{
    private static readonly SearchValues<byte> EndsOfText = SearchValues.Create("\"\\"u8);

    private Value[] values = new Value[512];
    private int count;

    public ref readonly Value this[int value] => ref values[value];

    /// <param name="leftOut">A part of the text, of the form <c>,"name":value</c>, to be taken as absent.</param>
    public void Load(ReadOnlySpan<byte> json, Range leftOut = default)
    {
        count = 0;
        if (values.Length > 128 * 1024)
        {
            values = new Value[512];
        }

        var at = 0;
        var (skipAt, skipLength) = leftOut.GetOffsetAndLength(json.Length);
        Read(json, ref at, 0, 0, skipLength == 0 ? -1 : skipAt, skipLength);
    }

    /// <summary>The place after the closing quote's predecessor: the index of the closing quote of the string that opens at <paramref name="at"/>.</summary>
    public static int StringEnd(ReadOnlySpan<byte> json, int at)
    {
        at++;
        while (at < json.Length)
        {
            var found = json[at..].IndexOfAny(EndsOfText);
            if (found < 0)
            {
                break;
            }

            at += found;
            if (json[at] == '"')
            {
                return at;
            }

            at += 2;
        }

        return json.Length;
    }

    /// <summary>The index behind the value that begins at <paramref name="at"/>.</summary>
    public static int ValueEnd(ReadOnlySpan<byte> json, int at)
    {
        var depth = 0;
        for (; at < json.Length; at++)
        {
            switch (json[at])
            {
                case (byte)'"':
                    at = StringEnd(json, at);
                    if (depth == 0)
                    {
                        return at + 1;
                    }

                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    if (depth == 0)
                    {
                        return at;
                    }

                    if (--depth == 0)
                    {
                        return at + 1;
                    }

                    break;
                case (byte)',' when depth == 0:
                    return at;
                default:
                    break;
            }
        }

        return at;
    }

    private static void SkipSpace(ReadOnlySpan<byte> json, ref int at)
    {
        while (json[at] <= ' ')
        {
            at++;
        }
    }

    private int Read(ReadOnlySpan<byte> json, ref int at, int nameAt, int nameLength, int skipAt, int skipLength)
    {
        if (count == values.Length)
        {
            Array.Resize(ref values, count * 2);
        }

        var index = count++;
        SkipSpace(json, ref at);
        var start = at;
        var first = json[at];
        if (first is (byte)'{' or (byte)'[')
        {
            at++;
            SkipSpace(json, ref at);
            while (json[at] is not ((byte)'}' or (byte)']'))
            {
                var (memberAt, memberLength) = (0, 0);
                if (first == '{')
                {
                    memberAt = at + 1;
                    memberLength = StringEnd(json, at) - memberAt;
                    at = memberAt + memberLength + 1;
                    SkipSpace(json, ref at);
                    Debug.Assert(json[at] == ':');
                    at++;
                }

                Read(json, ref at, memberAt, memberLength, skipAt, skipLength);
                SkipSpace(json, ref at);
                if (at == skipAt)
                {
                    at += skipLength;
                }

                if (json[at] == ',')
                {
                    at++;
                    SkipSpace(json, ref at);
                }
            }

            at++;
        }
        else if (first == '"')
        {
            at = StringEnd(json, at) + 1;
        }
        else
        {
            while (at < json.Length && json[at] is not ((byte)',' or (byte)'}' or (byte)']' or <= (byte)' '))
            {
                at++;
            }
        }

        values[index] = new Value(nameAt, nameLength, start, at - start, count);
        return index;
    }

    /// <summary>One value of the text.</summary>
    /// <param name="NameAt">The name of a member, without its quotes; length 0 for elements (and for empty names).</param>
    /// <param name="After">Number of the first value that is no part of this one.</param>
    internal readonly record struct Value(int NameAt, int NameLength, int At, int Length, int After);
}
