using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Server;

/// <summary>Everything that a server logs, as `NAVARCH_DEBUG` would show it, looked through for secrets.</summary>
internal sealed class WatchedLogs : ILoggerFactory
{
    private const int LinesMax = 10_000;

    private readonly ConcurrentQueue<string> lines = new();
    private readonly ConcurrentQueue<string> leaks = new();

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <exception cref="InvalidOperationException">A secret was logged.</exception>
    public void ThrowIfLeaked()
    {
        if (!leaks.IsEmpty)
        {
            throw new InvalidOperationException("secrets were logged:\n" + string.Join('\n', leaks));
        }
    }

    public void Dispose()
    {
    }

    public override string ToString() => string.Join('\n', lines);

    private sealed class Category(WatchedLogs logs, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= (name.StartsWith("Microsoft", StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Debug);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var line = $"{logLevel} {name}: {formatter(state, exception)} {exception}";
            foreach (var leak in SecretLeaks.In(line))
            {
                logs.leaks.Enqueue($"{name}: {leak}");
            }

            if (logs.lines.Count < LinesMax)
            {
                logs.lines.Enqueue(line);
            }
        }
    }
}
