namespace Navarch.Cluster;

/// <summary>Shows a person what is being done and how long it took. The terminal and a plain log are its two forms.</summary>
public interface IProgressReporter
{
    /// <summary>Runs <paramref name="work"/> as one visible step; the callback it is given replaces the step's detail.</summary>
    Task<T> StepAsync<T>(string what, Func<Action<string>, Task<T>> work);

    /// <summary>One line that is no step: a fact worth knowing.</summary>
    void Note(string line);
}

public static class ProgressReporterExtensions
{
    extension(IProgressReporter progress)
    {
        /// <summary>A step whose work has no result.</summary>
        public Task StepAsync(string what, Func<Action<string>, Task> work) =>
            progress.StepAsync(what, async detail =>
            {
                await work(detail);
                return true;
            });
    }
}

/// <summary>Shows nothing: for tests and for commands whose output is data.</summary>
public sealed class SilentProgress : IProgressReporter
{
    public static SilentProgress Instance { get; } = new();

    public Task<T> StepAsync<T>(string what, Func<Action<string>, Task<T>> work) => work(static _ => { });

    public void Note(string line)
    {
    }
}
