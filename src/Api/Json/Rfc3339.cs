using System.Globalization;

namespace Navarch.Api.Json;

/// <summary>Times as the API writes them, read as strictly as Go reads them.</summary>
internal static class Rfc3339
{
    private const string Layout = "2006-01-02T15:04:05Z07:00";
    private const string MicroLayout = "2006-01-02T15:04:05.000000Z07:00";
    private const int MicroDigits = 6;

    /// <summary>Any offset, any fraction.</summary>
    /// <exception cref="ApiJsonException">The text is not a time.</exception>
    public static DateTimeOffset Parse(string text) => TryParse(text, out var time, out _) ? time : throw Error(text, Layout);

    /// <summary>Any offset, exactly six digits of fraction.</summary>
    /// <exception cref="ApiJsonException">The text is not a time.</exception>
    public static DateTimeOffset ParseMicro(string text) =>
        TryParse(text, out var time, out var digits) && digits == MicroDigits ? time : throw Error(text, MicroLayout);

    private static ApiJsonException Error(string text, string layout) =>
        new($"parsing time \"{text}\" as \"{layout}\": cannot parse \"{text}\" as \"2006\"");

    private static bool TryParse(string text, out DateTimeOffset time, out int digits)
    {
        time = default;
        digits = 0;
        const int Seconds = 19; // Length of everything up to the seconds.
        if (text.Length <= Seconds || !DateTime.TryParseExact(text.AsSpan(0, Seconds), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return false;
        }

        var rest = text.AsSpan(Seconds);
        if (rest[0] == '.')
        {
            digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0)
            {
                return false;
            }

            for (var i = 0; i < Math.Min(digits, 7); i++)
            {
                local = local.AddTicks((rest[1 + i] - '0') * (long)Math.Pow(10, 6 - i));
            }

            rest = rest[(1 + digits)..];
        }

        return TryOffset(rest, out var offset) && TryAt(local, offset, out time);
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text is "Z")
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':'
            || !int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryAt(DateTime local, TimeSpan offset, out DateTimeOffset time)
    {
        var ticks = local.Ticks - offset.Ticks;
        var isInRange = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        time = isInRange ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        return isInRange;
    }
}
