using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Navarch.Controllers.Tests;

/// <summary>Keeps what was logged as a warning or worse, for the message of a test that fails.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lines.Enqueue($"{formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}");
        }
    }

    public void Dispose()
    {
    }

    /// <summary>All of them.</summary>
    public IEnumerable<string> Lines => lines;

    public override string ToString() => string.Join('\n', lines.TakeLast(8));
}
