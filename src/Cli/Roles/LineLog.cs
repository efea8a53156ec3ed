using Microsoft.Extensions.Logging;
using Navarch.Cli.Output;

namespace Navarch.Cli.Roles;

/// <summary>
/// Writes log events as lines, at once: a process that is killed has said everything it meant to say. What is written
/// goes to the profile's log file, which the process was started with as its output.
/// </summary>
internal sealed class LineLog(TextWriter output, TimeProvider time, LogLevel least) : ILoggerProvider
{
    private readonly Lock _line = new();

    /// <summary>Warnings and what the process itself reports; everything when <c>NAVARCH_DEBUG</c> is set.</summary>
    public static ILoggerFactory Factory(TimeProvider time)
    {
        var least = Environment.GetEnvironmentVariable("NAVARCH_DEBUG") is null ? LogLevel.Information : LogLevel.Debug;
        return new LoggerFactory(
            [new LineLog(Console.Out, time, least)],
            new LoggerFilterOptions
            {
                MinLevel = least,
                Rules = { new LoggerFilterRule(null, "Microsoft", LogLevel.Warning, null) },
            });
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLog(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string message, Exception? cause)
    {
        var mark = level switch
        {
            LogLevel.Critical => "FATAL",
            LogLevel.Error => "ERROR",
            LogLevel.Warning => "WARN ",
            LogLevel.Information => "INFO ",
            _ => "DEBUG",
        };
        lock (_line)
        {
            output.WriteLine($"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {mark} {category}: {Printable.Of(message)}{Because(level, cause)}");
            output.Flush();
        }
    }

    // What is expected of the world (a refused connection, a conflict) is one line; defects come with their place.
    private static string Because(LogLevel level, Exception? cause) => cause switch
    {
        null => "",
        // Indented: a message of several lines cannot look like an event of its own.
        _ when level >= LogLevel.Error => string.Concat(cause.ToString().Split('\n').Select(line => $"{Environment.NewLine}    {Printable.Of(line.TrimEnd('\r'))}")),
        _ => $": {cause.GetType().Name}: {Printable.Of(cause.Message.ReplaceLineEndings(" "))}",
    };

    private sealed class CategoryLog(LineLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => level >= log.Least;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(level))
            {
                log.Write(level, category, formatter(state, exception), exception);
            }
        }
    }

    private LogLevel Least => least;
}
