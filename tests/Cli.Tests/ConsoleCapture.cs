namespace Navarch.Cli.Tests;

internal sealed record Outcome(int ExitCode, string Output, string Error);

/// <summary>Runs a command in this process and keeps what it prints. The console is one: tests that use it run one by one.</summary>
internal static class ConsoleCapture
{
    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var newOutput = new StringWriter();
        using var newError = new StringWriter();
        Console.SetOut(newOutput);
        Console.SetError(newError);
        try
        {
            var exitCode = await CommandLine.RunAsync(arguments);
            return new Outcome(exitCode, newOutput.ToString(), newError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
