using System.Globalization;
using Navarch.Cluster;

namespace Navarch.Cli.Output;

/// <summary>One line when a step begins would be noise in a log; one when it is done says it all, with how long it took.</summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider time) : IProgressReporter
{
    // Steps run side by side; a line is never torn.
    private readonly Lock _line = new();

    public async Task<T> StepAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        var start = time.GetTimestamp();
        var result = await work(static _ => { });
        Write(string.Create(CultureInfo.InvariantCulture, $"{what}: done ({time.GetElapsedTime(start).TotalSeconds:0.0} s)"));
        return result;
    }

    public void Note(string line) => Write(line);

    private void Write(string line)
    {
        lock (_line)
        {
            output.WriteLine(line);
        }
    }
}
