using System.Net.Sockets;
using System.Text;

namespace Navarch.Dns.Serving;

/// <summary>Tells the figures, and that the server is well, over HTTP: <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c>.</summary>
/// <remarks>One client after another: nobody but a collector of figures, every some seconds, has business here.</remarks>
/// <param name="text">The figures.</param>
/// <param name="isReady">Whether everything of the cluster is known.</param>
internal sealed class FiguresServer(Socket listener, Func<string> text, Func<bool> isReady, TimeProvider time)
{
    private const int RequestBytesMax = 4096;

    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            using var connection = await listener.AcceptAsync(ct);
            using var patience = new CancellationTokenSource(PatienceMax, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
            try
            {
                await AnswerAsync(connection, either.Token);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                // The client left, or dawdles.
            }
        }
    }

    private async Task AnswerAsync(Socket connection, CancellationToken ct)
    {
        var buffer = new byte[RequestBytesMax];
        var length = 0;
        while (!buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            var received = length == buffer.Length ? 0 : await connection.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, ct);
            if (received == 0)
            {
                return;
            }

            length += received;
        }

        var line = Encoding.ASCII.GetString(buffer, 0, length).Split(' ', 3);
        var (status, body) = (line[0], line.Length > 1 ? line[1] : "") switch
        {
            ("GET", "/metrics") => ("200 OK", text()),
            ("GET", "/healthz") => ("200 OK", "ok"),
            ("GET", "/readyz") => isReady() ? ("200 OK", "ok") : ("503 Service Unavailable", "the cluster's services are not known yet"),
            _ => ("404 Not Found", "there are /metrics, /healthz and /readyz"),
        };
        var response = $"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";
        var bytes = Encoding.UTF8.GetBytes(response).AsMemory();
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await connection.SendAsync(bytes, SocketFlags.None, ct)..];
        }
    }
}
