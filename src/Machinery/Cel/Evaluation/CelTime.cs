using System.Globalization;
using System.Text;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>A span of time, in steps of a nanosecond.</summary>
internal readonly record struct CelDuration(long Nanoseconds)
{
    public const long Second = 1_000_000_000;

    private static readonly Dictionary<string, long> Units = new()
    {
        ["ns"] = 1, ["us"] = 1000, ["µs"] = 1000, ["μs"] = 1000, ["ms"] = 1_000_000, ["s"] = Second, ["m"] = 60 * Second, ["h"] = 3600 * Second,
    };

    /// <summary>Reads <c>1h30m0.5s</c>; null where the text is none.</summary>
    public static CelDuration? Parse(string text)
    {
        var rest = text.AsSpan();
        var sign = 1;
        if (rest.Length > 0 && rest[0] is '+' or '-')
        {
            sign = rest[0] == '-' ? -1 : 1;
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return new CelDuration(0);
        }

        if (rest.IsEmpty || text.Length > 100)
        {
            return null;
        }

        var total = 0m;
        while (!rest.IsEmpty)
        {
            var number = rest.IndexOfAnyExcept("0123456789.");
            var unit = number <= 0 ? 0 : rest[number..].IndexOfAny("0123456789.");
            unit = unit < 0 ? rest.Length - number : unit;
            if (number <= 0 || !decimal.TryParse(rest[..number], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                || count > long.MaxValue || !Units.TryGetValue(rest.Slice(number, unit).ToString(), out var size))
            {
                return null;
            }

            total += count * size;
            rest = rest[(number + unit)..];
        }

        return total > long.MaxValue ? null : new CelDuration((long)decimal.Truncate(total) * sign);
    }

    /// <summary>In seconds, as protobuf writes it: <c>5400.5s</c>.</summary>
    public override string ToString()
    {
        var (seconds, rest) = (Nanoseconds / Second, Math.Abs(Nanoseconds % Second));
        var text = new StringBuilder(Nanoseconds < 0 && seconds == 0 ? "-0" : seconds.ToString(CultureInfo.InvariantCulture));
        if (rest != 0)
        {
            text.Append('.').Append(rest.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0'));
        }

        return text.Append('s').ToString();
    }
}

/// <summary>A point in time, in UTC, between the years 1 and 9999.</summary>
/// <param name="Seconds">Since 1970.</param>
/// <param name="Nanos">Within the second.</param>
internal readonly record struct CelTimestamp(long Seconds, int Nanos) : IComparable<CelTimestamp>
{
    private const long First = -62135596800;
    private const long Last = 253402300799;

    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanos / 100);

    /// <summary>Null where it is outside of what is counted.</summary>
    public static CelTimestamp? Of(Int128 nanoseconds)
    {
        var seconds = nanoseconds / CelDuration.Second;
        var nanos = nanoseconds % CelDuration.Second;
        if (nanos < 0)
        {
            (seconds, nanos) = (seconds - 1, nanos + CelDuration.Second);
        }

        return seconds < First || seconds > Last ? null : new CelTimestamp((long)seconds, (int)nanos);
    }

    public Int128 Nanoseconds => ((Int128)Seconds * CelDuration.Second) + Nanos;

    /// <summary>Reads RFC 3339.</summary>
    public static CelTimestamp? Parse(string text)
    {
        var (nanos, plain) = (0, text);
        var dot = text.IndexOf('.');
        if (dot == 19)
        {
            var end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            if (end == dot + 1)
            {
                return null;
            }

            nanos = int.Parse(text[(dot + 1)..Math.Min(end, dot + 10)].PadRight(9, '0'), CultureInfo.InvariantCulture);
            plain = text[..dot] + text[end..];
        }

        string[] forms = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz"];
        return plain.Length is 20 or 25 && DateTimeOffset.TryParseExact(plain, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new CelTimestamp(time.ToUnixTimeSeconds(), nanos)
            : null;
    }

    public int CompareTo(CelTimestamp other) => Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanos.CompareTo(other.Nanos);

    public override string ToString()
    {
        var fraction = Nanos == 0 ? "" : "." + Nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return DateTimeOffset.FromUnixTimeSeconds(Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + "Z";
    }
}
