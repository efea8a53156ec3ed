using System.Diagnostics;
using System.Text;

namespace Navarch.EndToEnd;

/// <summary>What a program printed and returned.</summary>
internal sealed record Outcome(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>The output, where the program succeeded; else the test fails with everything it printed.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"{CommandLine}\nexit code {ExitCode}\n{Output}\n{Error}");
        return Output;
    }

    /// <summary>As <see cref="Succeeded"/>, and nothing was warned about.</summary>
    public string Silent()
    {
        Succeeded();
        Assert.True(Error.Trim().Length == 0, $"{CommandLine}\nprinted a warning:\n{Error}");
        return Output;
    }

    /// <summary>The error, where the program failed and said <paramref name="message"/>.</summary>
    public string FailedWith(string message)
    {
        Assert.True(Failed().Contains(message, StringComparison.Ordinal), $"{CommandLine}\nshould have said: {message}\nbut said: {Error}");
        return Error;
    }

    /// <summary>The error, where the program failed as it should.</summary>
    public string Failed()
    {
        Assert.True(ExitCode != 0, $"{CommandLine}\nshould have failed but printed\n{Output}\n{Error}");
        return Error;
    }
}

/// <summary>Runs programs as a user would, with a limit on how long they may take.</summary>
internal static class Command
{
    // A program's children may hold its output open after it has ended.
    private static readonly TimeSpan OrphansMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(4);

    public static async Task<Outcome> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null, TimeSpan? atMost = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var line = $"{Path.GetFileName(program)} {string.Join(' ', arguments)}";
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(atMost ?? LongestRun);
        var (output, error) = (Collect(process.StandardOutput), Collect(process.StandardError));
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new Outcome(line, -1, output.ToString(), error + "\n(it did not end in time)");
        }

        await Task.WhenAny(Task.WhenAll(output.Done, error.Done), Task.Delay(OrphansMax));
        return new Outcome(line, process.ExitCode, output.ToString(), error.ToString());
    }

    private static Collector Collect(StreamReader reader) => new(reader);

    /// <summary>Everything a program prints, to the byte, as far as it has come.</summary>
    private sealed class Collector
    {
        private readonly StringBuilder _text = new();

        public Collector(StreamReader reader) => Done = ReadAsync(reader);

        public Task Done { get; }

        public override string ToString()
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }

        private async Task ReadAsync(StreamReader reader)
        {
            var buffer = new char[4096];
            while (await reader.ReadAsync(buffer) is > 0 and var count)
            {
                lock (_text)
                {
                    _text.Append(buffer, 0, count);
                }
            }
        }
    }
}
