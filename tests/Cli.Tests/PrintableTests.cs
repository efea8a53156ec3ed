using Microsoft.Extensions.Logging;
using Navarch.Cli.Output;
using Navarch.Cli.Roles;

namespace Navarch.Cli.Tests;

/// <summary>What others say, in logs and on terminals.</summary>
[Collection("console")]
public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain text, größer 漢字 😀", "plain text, größer 漢字 😀")]
    [InlineData("\u001b[2J\u001b]0;title\u0007", "\\u001b[2J\\u001b]0;title\\u0007")]
    [InlineData("a\r\nb\tc\u007f\u009b", "a\\r\\nb\tc\\u007f\\u009b")]
    [InlineData("user\u202egnp.exe\u2028", "user\\u202egnp.exe\\u2028")]
    public void What_would_change_the_terminal_is_shown_instead(string text, string shown) => Assert.Equal(shown, Printable.Of(text));

    [Fact]
    public void Nobody_writes_events_into_the_log_by_a_message()
    {
        const string Forged = "x\n2026-11-22T00:00:00.000Z INFO  Audit: nothing happened\u001b[2J";
        using var output = new StringWriter();
        using var logs = new LoggerFactory([new LineLog(output, TimeProvider.System, LogLevel.Information)]);
        var log = logs.CreateLogger("Test.Part");

        log.Log(LogLevel.Warning, default, Forged, null, static (text, _) => text);
        log.Log(LogLevel.Warning, default, "failed", new InvalidOperationException(Forged), static (text, _) => text);
        log.Log(LogLevel.Error, default, "broken", new InvalidOperationException(Forged), static (text, _) => text);

        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.DoesNotContain(lines, line => line.StartsWith("2026-11-22T00:00:00.000Z INFO", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.Equal(3, lines.Count(line => !line.StartsWith(' ')));
    }

    [Fact]
    public async Task An_error_shows_what_it_speaks_of_and_does_nothing_else()
    {
        var outcome = await ConsoleCapture.RunAsync("restore", "/nowhere/\u001b[31mfile");

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.DoesNotContain('\u001b', outcome.Error);
    }
}
