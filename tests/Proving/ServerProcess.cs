using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Navarch.Proving;

/// <summary>A process that serves, and what can befall it. What it prints is kept for whoever must find out why.</summary>
/// <param name="program">It must not fork, or exec only: the process that is started is the one that is killed.</param>
public sealed class ServerProcess(string program, IReadOnlyList<string> arguments) : IDisposable
{
    private const int LinesKept = 200;
    private const int SigStop = 19;
    private const int SigCont = 18;

    // A server that is not ready by then never will be.
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(2);

    // Guards the lines.
    private readonly Lock gate = new();
    private readonly Queue<string> lines = [];
    private Process? process;

    /// <summary>The last that it printed, over all of its lives.</summary>
    public string Output
    {
        get
        {
            lock (gate)
            {
                return string.Join('\n', lines);
            }
        }
    }

    public int Id => process!.Id;

    public bool IsRunning => process is { HasExited: false };

    /// <summary>Starts it, or starts it again over what it left.</summary>
    public void Start()
    {
        process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // Whose sockets would stay in /tmp when it is killed.
        })!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Returns when <c>/readyz</c> says so.</summary>
    /// <exception cref="InvalidOperationException">It ended, or takes too long; with what it printed.</exception>
    public async Task ReadyAsync(HttpClient client, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(client, ct))
        {
            if (!IsRunning || Stopwatch.GetElapsedTime(since) > PatienceMax)
            {
                throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} {(IsRunning ? "is not ready" : "ended")}:\n{Output}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), ct);
        }
    }

    /// <summary>As <c>kill -9</c> does. Returns when it is gone.</summary>
    public void Kill()
    {
        if (process is { } running)
        {
            process = null;
            running.Kill();
            running.WaitForExit();
            running.Dispose();
        }
    }

    /// <summary>It keeps its connections and says nothing, as one behind a cut cable.</summary>
    public void Pause() => Signal(Id, SigStop);

    public void Resume() => Signal(Id, SigCont);

    public void Dispose() => Kill();

    private static async Task<bool> IsReadyAsync(HttpClient client, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var response = await client.GetAsync("/readyz", patience.Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (gate)
        {
            lines.Enqueue(line);
            if (lines.Count > LinesKept)
            {
                lines.Dequeue();
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
