using System.Text;
using Navarch.Kubelet.Logs;

namespace Navarch.Kubelet.Tests.Logs;

public sealed class LogEntryTests
{
    [Theory]
    [InlineData("2026-11-21T12:00:00.123456789Z stdout F hello world\n", "hello world", false, false)]
    [InlineData("2026-11-21T12:00:00.123456789Z stderr P half", "half", true, true)]
    [InlineData("2026-11-21T12:00:00.123456789+01:00 stdout F:tag x", "x", false, false)]
    [InlineData("2026-11-21T12:00:00.123456789Z stdout F \n", "", false, false)]
    [InlineData("2026-11-21T12:00:00.123456789Z stdout F\n", "", false, false)]
    public void A_line_has_a_stream_a_tag_and_content(string line, string content, bool isStderr, bool isPartial)
    {
        Assert.True(LogEntry.TryParse(Encoding.UTF8.GetBytes(line), out var entry));
        Assert.Equal(content, Encoding.UTF8.GetString(entry.Content));
        Assert.Equal(isStderr, entry.Stream == LogStream.Stderr);
        Assert.Equal(isPartial, entry.IsPartial);
        Assert.NotNull(entry.ParseTime());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("hello world, this is not a log")]
    [InlineData("2026-11-21T12:00:00.1Z stdin F x")]
    [InlineData("2026-11-21T12:00:00.1Z stdout")]
    [InlineData("   \0\0\0")]
    public void What_no_runtime_writes_is_no_entry(string line) =>
        Assert.False(LogEntry.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 20_000; i++)
        {
            var line = Encoding.UTF8.GetBytes("2026-11-21T12:00:00.123456789Z stdout F hello world\n");
            for (var j = random.Next(6); j >= 0; j--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }
            if (LogEntry.TryParse(line.AsSpan(0, random.Next(line.Length + 1)), out var entry))
            {
                entry.ParseTime();
            }
        }
    }
}
