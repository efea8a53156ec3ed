using Microsoft.Extensions.Logging;

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>Keeps what was logged, to be shown with a failure.</summary>
internal sealed class TestLog(string path) : ILoggerProvider, ILogger
{
    private readonly Lock _guard = new();

    public string Text
    {
        get
        {
            lock (_guard)
            {
                return File.Exists(path) ? File.ReadAllText(path) : "";
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (_guard)
            {
                File.AppendAllText(path, $"{logLevel}: {formatter(state, exception)} {exception}\n");
            }
        }
    }

    public void Dispose()
    {
    }
}
