using System.Globalization;
using Navarch.Machinery.Cron;

namespace Navarch.Machinery.Tests.Cron;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("*/15 * * * *", "2026-11-21T12:00:00Z", "2026-11-21T12:15:00Z")]
    [InlineData("0 0 1 1 *", "2026-11-21T12:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("30 4 * * mon-fri", "2026-11-21T12:00:00Z", "2026-11-23T04:30:00Z")]
    [InlineData("0 0 29 2 *", "2026-11-21T12:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-11-21T12:00:00Z", "2026-11-27T00:00:00Z")]
    [InlineData("5,10 1-3/2 * JAN ?", "2026-11-21T12:00:00Z", "2027-01-01T01:05:00Z")]
    [InlineData("@hourly", "2026-11-21T12:00:01Z", "2026-11-21T13:00:00Z")]
    [InlineData("@every 90s", "2026-11-21T12:00:00Z", "2026-11-21T12:01:30Z")]
    public void The_next_time_is_the_first_that_fits(string schedule, string after, string next) =>
        Assert.Equal(Time(next), CronSchedule.Parse(schedule).Next(Time(after), TimeZoneInfo.Utc));

    [Fact]
    public void A_day_that_never_comes_never_comes() => Assert.Null(CronSchedule.Parse("0 0 30 2 *").Next(Time("2026-11-21T12:00:00Z"), TimeZoneInfo.Utc));

    [Fact]
    public void An_hour_that_the_clock_skips_is_not_run()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

        Assert.Equal(Time("2027-03-29T00:30:00Z"), CronSchedule.Parse("30 2 * * *").Next(Time("2027-03-27T12:00:00Z"), berlin));
    }

    [Theory]
    [InlineData("", "empty spec string")]
    [InlineData("* * * *", "expected exactly 5 fields, found 4: [* * * *]")]
    [InlineData("61 * * * *", "end of range (61) above maximum (59): 61")]
    [InlineData("* * 0 * *", "beginning of range (0) below minimum (1): 0")]
    [InlineData("5-2 * * * *", "beginning of range (5) beyond end of range (2): 5-2")]
    [InlineData("*/0 * * * *", "step of range should be a positive number: */0")]
    [InlineData("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("@sometimes", "unrecognized descriptor: @sometimes")]
    public void What_is_no_schedule_is_said_why(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => CronSchedule.Parse(text)).Message);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
