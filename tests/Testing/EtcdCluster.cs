using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Navarch.Testing;

/// <summary>A real etcd cluster on loopback, with its data in memory, that is gone when it is disposed of.</summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo directory;

    private EtcdCluster(string parent, int members, IReadOnlyList<string> options, string scheme)
    {
        directory = Directory.CreateDirectory(Path.Combine(parent, $"navarch-etcd-{Guid.NewGuid():N}"));
        var ports = Enumerable.Range(0, members * 2).Select(_ => FreePort.Next()).ToArray();
        var peers = string.Join(',', Enumerable.Range(0, members).Select(i => $"m{i}=http://127.0.0.1:{ports[(i * 2) + 1]}"));
        Members = [.. Enumerable.Range(0, members).Select(i =>
            new EtcdMember($"m{i}", directory.FullName, new Uri($"{scheme}://127.0.0.1:{ports[i * 2]}"), $"http://127.0.0.1:{ports[(i * 2) + 1]}", peers, options))];
    }

    public static bool IsInstalled => File.Exists("/usr/bin/etcd");

    public IReadOnlyList<EtcdMember> Members { get; }

    public IReadOnlyList<Uri> Endpoints => [.. Members.Select(member => member.Address)];

    /// <param name="members">One, or three for faults.</param>
    /// <param name="options">For every member, such as those of TLS.</param>
    /// <param name="scheme"><c>https</c> where the options say so; then readiness is the caller's to find out.</param>
    /// <param name="parent">Where the data lies; null for memory.</param>
    public static async Task<EtcdCluster> StartAsync(int members = 1, IReadOnlyList<string>? options = null, string scheme = "http", string? parent = null)
    {
        var cluster = new EtcdCluster(parent ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath()), members, options ?? [], scheme);
        try
        {
            foreach (var member in cluster.Members)
            {
                member.Start();
            }
            if (scheme == "http")
            {
                await cluster.ReadyAsync();
            }
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when all members have a leader.</summary>
    public async Task ReadyAsync()
    {
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(PatienceMax);
        foreach (var member in Members)
        {
            while (!await IsHealthyAsync(http, member, patience.Token))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            member.Kill();
        }
        directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, EtcdMember member, CancellationToken ct)
    {
        try
        {
            return (await http.GetStringAsync(new Uri(member.Address, "/health"), ct)).Contains("\"true\"", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false;
        }
    }
}

/// <summary>One process of an etcd cluster, and what can befall it.</summary>
public sealed class EtcdMember(string name, string directory, Uri address, string peerAddress, string peers, IReadOnlyList<string> options)
{
    private const int SigStop = 19;
    private const int SigCont = 18;

    private Process? process;

    /// <summary>Where clients reach it.</summary>
    public Uri Address => address;

    /// <summary>Starts it, or starts it again over what it left.</summary>
    public void Start()
    {
        string[] arguments =
        [
            "--name", name, "--data-dir", Path.Combine(directory, name), "--initial-cluster", peers,
            "--listen-client-urls", Text(address), "--advertise-client-urls", Text(address),
            "--listen-peer-urls", peerAddress, "--initial-advertise-peer-urls", peerAddress,
            "--heartbeat-interval", "50", "--election-timeout", "500",
            "--logger", "zap", "--log-outputs", Path.Combine(directory, $"{name}.log"), .. options,
        ];
        process = Process.Start(new ProcessStartInfo("/usr/bin/etcd", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>As <c>kill -9</c> does.</summary>
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

    /// <summary>It keeps its connections and says nothing, as one behind a cut cable. What it is at now it may still do.</summary>
    public void Pause() => Signal(process!.Id, SigStop);

    /// <summary>The same, and returns when none of its threads runs.</summary>
    public async Task PauseAsync(CancellationToken ct)
    {
        Pause();
        while (!Directory.EnumerateDirectories($"/proc/{process!.Id}/task").All(IsStopped))
        {
            await Task.Delay(1, ct);
        }
    }

    public void Resume() => Signal(process!.Id, SigCont);

    // The state stands behind the name in parentheses, in which anything may stand.
    private static bool IsStopped(string thread) => File.ReadAllText(Path.Combine(thread, "stat")) is var stat && stat[stat.LastIndexOf(')') + 2] == 'T';

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
