using System.Globalization;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Parts of a time, in UTC or in a zone, and of a span.</summary>
internal static class TimeFunctions
{
    // A zone that is not known is looked for in files.
    private const int ZoneCost = 200;

    private const int ZoneNameMax = 64;

    public static IEnumerable<Overload> All =>
    [
        .. Part("getFullYear", static time => time.Year),
        .. Part("getMonth", static time => time.Month - 1),
        .. Part("getDate", static time => time.Day),
        .. Part("getDayOfMonth", static time => time.Day - 1),
        .. Part("getDayOfWeek", static time => (int)time.DayOfWeek),
        .. Part("getDayOfYear", static time => time.DayOfYear - 1),
        .. Part("getHours", static time => time.Hour),
        .. Part("getMinutes", static time => time.Minute),
        .. Part("getSeconds", static time => time.Second),
        .. Part("getMilliseconds", static time => time.Millisecond),
        Signature.Read("duration.getHours() -> int", static (a, _) => ((CelDuration)a[0]).Nanoseconds / (3600 * CelDuration.Second)),
        Signature.Read("duration.getMinutes() -> int", static (a, _) => ((CelDuration)a[0]).Nanoseconds / (60 * CelDuration.Second)),
        Signature.Read("duration.getSeconds() -> int", static (a, _) => ((CelDuration)a[0]).Nanoseconds / CelDuration.Second),
        Signature.Read("duration.getMilliseconds() -> int", static (a, _) => ((CelDuration)a[0]).Nanoseconds / 1_000_000),
    ];

    private static IEnumerable<Overload> Part(string name, Func<DateTimeOffset, int> part) =>
    [
        Signature.Read($"timestamp.{name}() -> int", (a, _) => (long)part(((CelTimestamp)a[0]).Time)),
        Signature.Read($"timestamp.{name}(string) -> int", (a, run) =>
        {
            run.Spend(ZoneCost);
            return InZone((CelTimestamp)a[0], (string)a[1]) is { } time ? (long)part(time) : new CelError($"unknown time zone {a[1]}");
        }),
    ];

    private static DateTimeOffset? InZone(CelTimestamp time, string zone)
    {
        if (zone.Contains(':'))
        {
            // An offset: 02:00, +02:00 or -02:00.
            var text = zone[0] is '+' or '-' ? zone : "+" + zone;
            return text.Length == 6 && TimeSpan.TryParseExact(text[1..], "hh\\:mm", CultureInfo.InvariantCulture, out var offset) && offset.TotalHours <= 14
                ? time.Time.ToOffset(text[0] == '-' ? -offset : offset)
                : null;
        }

        // Zones are files: no name leads elsewhere.
        return zone.Length is > 0 and <= ZoneNameMax && char.IsAsciiLetter(zone[0]) && zone.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' or '/')
            && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? TimeZoneInfo.ConvertTime(time.Time, found) : null;
    }
}
