using System.Globalization;
using System.Numerics;
using Navarch.Api;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Cron;

/// <summary>
/// When a cron job runs: five fields (minute, hour, day of month, month, day of week) or <c>@hourly</c> and the like, or
/// <c>@every 90s</c>. A day counts when it fits either of the two day fields, unless one of them is free.
/// </summary>
public sealed class CronSchedule
{
    // 29 February on one weekday comes every 28 years at the worst (40 around a skipped leap year).
    private const int YearsAheadMax = 41;

    private static readonly Field Minutes = new(0, 59, []);
    private static readonly Field Hours = new(0, 23, []);
    private static readonly Field Days = new(1, 31, []);
    private static readonly Field Months = new(1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);
    private static readonly Field Weekdays = new(0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong days;
    private readonly ulong months;
    private readonly ulong weekdays;
    private readonly bool isDayFree;
    private readonly TimeSpan? every;

    private CronSchedule(TimeSpan every) => this.every = every;

    private CronSchedule(string[] fields)
    {
        minutes = Minutes.Parse(fields[0]);
        hours = Hours.Parse(fields[1]);
        days = Days.Parse(fields[2]);
        months = Months.Parse(fields[3]);
        weekdays = Weekdays.Parse(fields[4]);
        isDayFree = fields[2][0] is '*' or '?' || fields[4][0] is '*' or '?';
    }

    /// <exception cref="FormatException">The text is not a schedule. The message can be shown to the caller.</exception>
    public static CronSchedule Parse(string text)
    {
        if (text.Length == 0)
        {
            throw new FormatException("empty spec string");
        }

        if (text[0] == '@')
        {
            return OfWord(text);
        }

        var fields = text.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5
            ? new CronSchedule(fields)
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]"));
    }

    /// <summary>A schedule without the time zone that it may begin with, as in <c>CRON_TZ=Asia/Tokyo 0 9 * * *</c>.</summary>
    public static string WithoutZone(string text) =>
        (text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal)) && text.IndexOf(' ') is > 0 and var end
            ? text[end..].Trim()
            : text;

    /// <summary>The first time after <paramref name="after"/>, on the clock of <paramref name="zone"/>; null when there is none for decades.</summary>
    /// <remarks>A time that the clock skips in spring is not run; one that it shows twice in autumn is run once.</remarks>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        if (every is { } period)
        {
            return after.AddTicks(-(after.Ticks % TimeSpan.TicksPerSecond)) + period;
        }

        var local = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        local = local.AddTicks(-(local.Ticks % TimeSpan.TicksPerMinute)).AddMinutes(1);
        var last = local.AddYears(YearsAheadMax);
        while (local < last)
        {
            if (!Has(months, local.Month))
            {
                local = new DateTime(local.Year, local.Month, 1).AddMonths(1);
            }
            else if (!HasDay(local))
            {
                local = local.Date.AddDays(1);
            }
            else if (!Has(hours, local.Hour))
            {
                local = local.Date.AddHours(local.Hour + 1);
            }
            else if (!Has(minutes, local.Minute) || zone.IsInvalidTime(local))
            {
                local = local.AddMinutes(1);
            }
            else
            {
                var time = new DateTimeOffset(local, zone.GetUtcOffset(local));
                if (time > after)
                {
                    return time.ToUniversalTime();
                }

                local = local.AddMinutes(1);
            }
        }

        return null;
    }

    private bool HasDay(DateTime time)
    {
        var (inMonth, inWeek) = (Has(days, time.Day), Has(weekdays, (int)time.DayOfWeek));
        return isDayFree ? inMonth && inWeek : inMonth || inWeek;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;

    private static CronSchedule OfWord(string text)
    {
        if (text.StartsWith("@every ", StringComparison.Ordinal))
        {
            try
            {
                var period = Duration.Parse(text["@every ".Length..]).TimeSpan;

                // Schedules tick by the second.
                return new CronSchedule(period < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(Math.Floor(period.TotalSeconds)));
            }
            catch (FormatException e)
            {
                throw new FormatException($"failed to parse duration {text}: {e.Message}", e);
            }
        }

        return text switch
        {
            "@yearly" or "@annually" => Parse("0 0 1 1 *"),
            "@monthly" => Parse("0 0 1 * *"),
            "@weekly" => Parse("0 0 * * 0"),
            "@daily" or "@midnight" => Parse("0 0 * * *"),
            "@hourly" => Parse("0 * * * *"),
            _ => throw new FormatException($"unrecognized descriptor: {text}"),
        };
    }

    /// <summary>One field: its bounds and the names its values have.</summary>
    private sealed record Field(int Min, int Max, string[] Names)
    {
        public ulong Parse(string text)
        {
            var set = 0UL;
            foreach (var part in text.Split(','))
            {
                if (part.Length > 0)
                {
                    set |= Range(part);
                }
            }

            return BitOperations.PopCount(set) > 0 ? set : throw new FormatException($"no values in field: {text}");
        }

        private ulong Range(string text)
        {
            var slash = text.Split('/');
            if (slash.Length > 2)
            {
                throw new FormatException($"too many slashes: {text}");
            }

            var ends = slash[0].Split('-');
            int first, last;
            if (ends[0] is "*" or "?")
            {
                (first, last) = (Min, Max);
            }
            else if (ends.Length <= 2)
            {
                first = Value(ends[0]);
                last = ends.Length == 2 ? Value(ends[1]) : slash.Length == 2 ? Max : first;
            }
            else
            {
                throw new FormatException($"too many hyphens: {text}");
            }

            var step = slash.Length == 2 ? Number(slash[1]) : 1;
            Check(first, last, step, text);
            var set = 0UL;
            for (var value = first; value <= last; value += step)
            {
                set |= 1UL << value;
            }

            return set;
        }

        private void Check(int first, int last, int step, string text)
        {
            var problem = first < Min ? string.Create(CultureInfo.InvariantCulture, $"beginning of range ({first}) below minimum ({Min})")
                : last > Max ? string.Create(CultureInfo.InvariantCulture, $"end of range ({last}) above maximum ({Max})")
                : first > last ? string.Create(CultureInfo.InvariantCulture, $"beginning of range ({first}) beyond end of range ({last})")
                : step == 0 ? "step of range should be a positive number"
                : null;
            if (problem is not null)
            {
                throw new FormatException($"{problem}: {text}");
            }
        }

        private int Value(string text)
        {
            var name = Array.IndexOf(Names, text.ToLowerInvariant());
            return name >= 0 ? name + Min : Number(text);
        }

        private static int Number(string text) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number >= 0 ? number : throw new FormatException($"negative number ({number}) not allowed: {text}")
                : throw new FormatException($"failed to parse int from {text}: strconv.Atoi: parsing {GoText.Quote(text)}: {(IsWhole(text) ? "value out of range" : "invalid syntax")}");

        private static bool IsWhole(string text) => text.TrimStart('-', '+') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);
    }
}
