using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Serving;

/// <summary>Answers datagrams. What is known here is answered by the loop that read the question, without waiting for anything.</summary>
internal sealed partial class UdpServer(Socket socket, Responder responder, DnsFigures figures, ILogger log)
{
    private const int RequestBytesMax = 4096;

    // Clients whose answers others know; each waits some seconds at most.
    private const int WaitingMax = 2048;

    // On one socket: the kernel gives each datagram to one of them.
    private static readonly int Loops = Math.Clamp(Environment.ProcessorCount, 1, 4);

    private readonly ConcurrentDictionary<Task, bool> waiting = new();

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Loops).Select(_ => Task.Run(() => LoopAsync(ct), ct)));
        }
        finally
        {
            await Task.WhenAll(waiting.Keys);
        }
    }

    private async Task LoopAsync(CancellationToken ct)
    {
        var query = new Query();
        var request = new byte[RequestBytesMax];
        var response = new byte[Query.UdpBytesMax];
        var client = new SocketAddress(socket.AddressFamily);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(request, SocketFlags.None, client, ct);
                var length = responder.Respond(request.AsSpan(0, received), query, response, isTcp: false, out var later);
                if (length > 0)
                {
                    await socket.SendToAsync(response.AsMemory(0, length), SocketFlags.None, client, ct);
                }
                else if (later is not null)
                {
                    Wait(later, Copy(client), ct);
                }
            }
            catch (SocketException e)
            {
                // Of one datagram or its sender: too large, or unreachable by now.
                LogFailed(log, e.SocketErrorCode);
            }
        }
    }

    private void Wait(Waiting later, SocketAddress client, CancellationToken ct)
    {
        if (waiting.Count >= WaitingMax)
        {
            figures.CountDropped(); // The client asks again.
            return;
        }

        var task = CompleteAsync(later, client, ct);
        waiting[task] = true;
        task.ContinueWith((done, all) => ((ConcurrentDictionary<Task, bool>)all!).TryRemove(done, out _), waiting, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task CompleteAsync(Waiting later, SocketAddress client, CancellationToken ct)
    {
        try
        {
            var response = new byte[Query.UdpBytesMax];
            var length = await responder.CompleteAsync(later, response, isTcp: false);
            await socket.SendToAsync(response.AsMemory(0, length), SocketFlags.None, client, ct);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or this server is about to be.
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A datagram could not be received or answered: {Error}")]
    private static partial void LogFailed(ILogger log, SocketError error);
}
