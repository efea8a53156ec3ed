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
        var (output, error) = (new StringBuilder(), new StringBuilder());
        process.OutputDataReceived += (_, e) => Append(output, e.Data);
        process.ErrorDataReceived += (_, e) => Append(error, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new Outcome(line, -1, Text(output), Text(error) + "\n(it did not end in time)");
        }

        return new Outcome(line, process.ExitCode, Text(output), Text(error));
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
