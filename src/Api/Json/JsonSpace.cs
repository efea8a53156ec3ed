using System.Buffers;

namespace Navarch.Api.Json;

/// <summary>The white space between tokens, which means nothing, but would end the line that an event of a watch is.</summary>
internal static class JsonSpace
{
    private static readonly SearchValues<byte> Space = SearchValues.Create(" \t\r\n"u8);

    /// <summary>A copy of valid JSON without it.</summary>
    public static byte[] Without(ReadOnlySpan<byte> json)
    {
        if (!json.ContainsAny(Space))
        {
            return json.ToArray(); // As nearly all programs send it.
        }

        var kept = new byte[json.Length];
        var length = 0;
        var isInText = false;
        for (var i = 0; i < json.Length; i++)
        {
            if (!isInText && Space.Contains(json[i]))
            {
                continue;
            }

            kept[length++] = json[i];
            if (json[i] == '"')
            {
                isInText = !isInText;
            }
            else if (json[i] == '\\')
            {
                kept[length++] = json[++i]; // Perhaps a quotation mark that ends nothing.
            }
        }

        return kept[..length];
    }
}
