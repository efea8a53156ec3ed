using Navarch.Cluster;

namespace Navarch.Cli.Output;

/// <summary>Chooses how progress is shown: moving on a terminal, one line a step elsewhere.</summary>
internal static class Progress
{
    public static IProgressReporter Create(TimeProvider time) =>
        Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is null or "dumb"
            ? new PlainProgress(Console.Out, time)
            : new TerminalProgress(time);
}
