using System.ComponentModel;

namespace Navarch.Cluster.Processes;

/// <summary>One long-running process of a cluster: at most one of it runs, and this says which.</summary>
/// <param name="name">Names the process in messages: <c>server</c>, <c>agent</c>, <c>containerd</c>.</param>
public sealed class Daemon(string name, string pidFile, string logFile, TimeProvider time)
{
    // A log is started afresh when it has grown past this: its predecessor is kept for one generation.
    private const long LogBytesMax = 16 << 20;
    private const int TailLines = 5;

    public string Name => name;

    public string LogFile => logFile;

    public ProcessIdentity? Running => PidFile.FindAlive(pidFile);

    /// <summary>Starts the process unless it runs.</summary>
    /// <returns>Whether it had to be started.</returns>
    public bool Ensure(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (Running is not null)
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(pidFile)!);
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        if (new FileInfo(logFile) is { Exists: true, Length: > LogBytesMax } log)
        {
            log.MoveTo(logFile + ".1", overwrite: true);
        }

        try
        {
            PidFile.Write(pidFile, Spawn.Detached(program, arguments, logFile, environment ?? new Dictionary<string, string>()));
        }
        catch (Win32Exception e)
        {
            throw new ClusterException($"{program} cannot be started: {e.Message}", "check that the file exists and may be executed", e);
        }

        return true;
    }

    /// <summary>Waits until <paramref name="isReady"/>; fails as soon as the process has ended.</summary>
    public async Task WaitUntilAsync(string what, Func<CancellationToken, Task<bool>> isReady, TimeSpan atMost, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (!await isReady(ct))
        {
            if (Running is null)
            {
                throw new ClusterException($"{name} ended right after it was started: {Tail()}", $"its whole log is {logFile}");
            }

            if (time.GetElapsedTime(start) > atMost)
            {
                throw new ClusterException($"{name} runs but {what} after {atMost.TotalSeconds:0} s: {Tail()}", $"its whole log is {logFile}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), time, ct);
        }
    }

    /// <summary>Stops the process if it runs; afterwards its pid file is gone.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken ct)
    {
        if (Running is { } process)
        {
            await ProcessSignals.StopAsync(process, grace, time, ct);
        }

        File.Delete(pidFile);
    }

    private string Tail()
    {
        try
        {
            var lines = File.ReadLines(logFile).Where(line => line.Trim().Length > 0).TakeLast(TailLines).ToList();
            return lines.Count > 0 ? string.Join(" | ", lines) : "its log is empty";
        }
        catch (IOException)
        {
            return "it left no log";
        }
    }
}
