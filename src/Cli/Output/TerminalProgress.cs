using System.Globalization;
using Navarch.Cluster;
using Spectre.Console;

namespace Navarch.Cli.Output;

/// <summary>
/// Shows the steps that are under way on one moving line, and each finished step on a line that stays. Steps run side by
/// side, and a live display can exist only once: the first step opens it, the last closes it.
/// </summary>
internal sealed class TerminalProgress(TimeProvider time) : IProgressReporter
{
    // Guards the two fields below and the terminal.
    private readonly Lock _lock = new();
    private readonly List<RunningStep> _running = [];
    private TaskCompletionSource? _allDone;
    private Task _display = Task.CompletedTask;

    public async Task<T> StepAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        var step = Begin(what);
        try
        {
            var result = await work(detail => step.Detail = detail);
            End(step, succeeded: true);
            return result;
        }
        catch
        {
            End(step, succeeded: false);
            throw;
        }
        finally
        {
            await DisplayAsync();
        }
    }

    public void Note(string line)
    {
        lock (_lock)
        {
            AnsiConsole.MarkupLine(Markup.Escape(line));
        }
    }

    private RunningStep Begin(string what)
    {
        lock (_lock)
        {
            var step = new RunningStep(what, time.GetTimestamp());
            _running.Add(step);
            if (_allDone is null)
            {
                var allDone = _allDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _display = AnsiConsole.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(what), context => ShowAsync(context, allDone.Task));
            }

            return step;
        }
    }

    private void End(RunningStep step, bool succeeded)
    {
        lock (_lock)
        {
            var seconds = time.GetElapsedTime(step.Start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            AnsiConsole.MarkupLine($"{(succeeded ? "[green]✓[/]" : "[red]✗[/]")} {Markup.Escape(step.What)} [grey]{seconds} s[/]");
            _running.Remove(step);
            if (_running.Count == 0)
            {
                _allDone?.SetResult();
                _allDone = null;
            }
        }
    }

    private Task DisplayAsync()
    {
        lock (_lock)
        {
            return _allDone is null ? _display : Task.CompletedTask;
        }
    }

    private async Task ShowAsync(StatusContext context, Task allDone)
    {
        while (!allDone.IsCompleted)
        {
            string line;
            lock (_lock)
            {
                line = string.Join(", ", _running.Select(step => step.Detail is { Length: > 0 } detail ? $"{step.What} ({detail})" : step.What));
            }

            context.Status(Markup.Escape(line.Length > 0 ? line : " "));
            await Task.WhenAny(allDone, Task.Delay(TimeSpan.FromMilliseconds(100), time));
        }
    }

    private sealed class RunningStep(string what, long start)
    {
        public string What => what;

        public long Start => start;

        public string? Detail { get; set; }
    }
}
