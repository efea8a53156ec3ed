using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Bench;

/// <summary>What one server did under load. Latencies in microseconds.</summary>
internal sealed record Figures(double QueriesPerSecond, double P50, double P99, double ProcessorPerQuery, double MemoryMiB);

/// <summary>Clients that ask for one name after another, each as soon as it has heard of the one before.</summary>
internal sealed class Load(IPEndPoint server, int services)
{
    public const int Clients = 16;

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(1);

    private readonly byte[][] questions = [.. Enumerable.Range(0, services).Select(QuestionFor)];

    public static string NameOf(int service) => $"{Server.ServiceName(service)}.default.svc.cluster.local";

    public void WaitUntilAnswered()
    {
        using var socket = Open();
        for (var tries = 0; tries < 30; tries++)
        {
            try
            {
                socket.Send(questions[0]);
                socket.Receive(new byte[512]);
                return;
            }
            catch (SocketException)
            {
                new ManualResetEventSlim().Wait(200); // Not listening yet.
            }
        }

        throw new InvalidOperationException($"nobody answers at {server}");
    }

    public Figures Run(TimeSpan duration, Process process)
    {
        var latencies = new List<double>[Clients];
        process.Refresh();
        var (processorBefore, start) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        var threads = Enumerable.Range(0, Clients).Select(client => new Thread(() => latencies[client] = Ask(client, duration))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        var all = latencies.SelectMany(static one => one).Order().ToArray();
        return new(
            all.Length / elapsed.TotalSeconds,
            all[all.Length / 2],
            all[all.Length * 99 / 100],
            (process.TotalProcessorTime - processorBefore).TotalMicroseconds / all.Length,
            process.WorkingSet64 / 1024.0 / 1024.0);
    }

    private List<double> Ask(int client, TimeSpan duration)
    {
        var random = new Random(client);
        var latencies = new List<double>(1 << 17);
        var buffer = new byte[512];
        using var socket = Open();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var asked = Stopwatch.GetTimestamp();
            socket.Send(questions[random.Next(questions.Length)]);
            var received = socket.Receive(buffer);
            if (received < Header.Bytes || (buffer[3] & Header.CodeMask) != 0 || buffer[Header.Answers + 1] != 1)
            {
                throw new InvalidOperationException("a name was not answered");
            }

            latencies.Add(Stopwatch.GetElapsedTime(asked).TotalMicroseconds);
        }

        return latencies;
    }

    private Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)AnswerMax.TotalMilliseconds };
        socket.Connect(server);
        return socket;
    }

    private static byte[] QuestionFor(int service) =>
        [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. WireName.Parse(NameOf(service)), 0, (byte)RecordType.A, 0, (byte)Query.InternetClass];
}
