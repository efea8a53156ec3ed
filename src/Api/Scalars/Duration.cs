using System.Globalization;
using System.Text;

namespace Navarch.Api;

/// <summary>A span of time in nanoseconds, written as Go writes it: <c>1h30m0s</c>, <c>1.5s</c>, <c>100ms</c>.</summary>
public readonly record struct Duration(long Nanoseconds)
{
    private static readonly (string Unit, long Nanoseconds)[] Units =
        [("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

    public TimeSpan TimeSpan => new(Nanoseconds / 100);

    public static implicit operator Duration(TimeSpan span) => new(span.Ticks * 100);

    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static Duration Parse(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
        {
            rest = rest[1..];
        }

        if (rest.SequenceEqual("0"))
        {
            return default;
        }

        decimal total = 0;
        do
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            {
                digits++;
            }

            var letters = digits;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.')
            {
                letters++;
            }

            var unit = rest[digits..letters].ToString();
            var factor = Array.Find(Units, known => known.Unit == unit).Nanoseconds;
            if (factor == 0 && rest[..digits].ContainsAnyInRange('0', '9'))
            {
                throw new FormatException(unit.Length == 0 ? $"time: missing unit in duration {Quote(text)}" : $"time: unknown unit {Quote(unit)} in duration {Quote(text)}");
            }

            if (factor == 0 || digits > 20 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                throw new FormatException($"time: invalid duration {Quote(text)}");
            }

            // Twenty digits of hours are more than a decimal holds, and so are many hours one after the other.
            if (amount > long.MaxValue / factor || (total += amount * factor) > long.MaxValue)
            {
                throw new FormatException($"time: invalid duration {Quote(text)}");
            }

            rest = rest[letters..];
        }
        while (rest.Length > 0);

        return new Duration((long)(negative ? -total : total));
    }

    private static string Quote(string text) => $"\"{text}\"";

    public override string ToString()
    {
        if (Nanoseconds == 0)
        {
            return "0s";
        }

        var text = new StringBuilder(Nanoseconds < 0 ? "-" : "");
        var rest = Math.Abs((decimal)Nanoseconds);
        if (rest < 1_000_000_000)
        {
            var (unit, factor) = rest < 1_000 ? ("ns", 1m) : rest < 1_000_000 ? ("µs", 1_000m) : ("ms", 1_000_000m);
            return text.Append((rest / factor).ToString("0.#########", CultureInfo.InvariantCulture)).Append(unit).ToString();
        }

        var hours = decimal.Truncate(rest / 3_600_000_000_000);
        var minutes = decimal.Truncate(rest / 60_000_000_000) % 60;
        var seconds = rest % 60_000_000_000 / 1_000_000_000;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        return text.Append(seconds.ToString("0.#########", CultureInfo.InvariantCulture)).Append('s').ToString();
    }
}
