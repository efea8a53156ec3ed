using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Navarch.Dns.Forwarding;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Serving;

/// <summary>Answers datagrams. What is known here is answered by the thread that read the question, without waiting for anything.</summary>
/// <remarks>
/// The hottest path of the server. Threads of its own that wait in the kernel: two calls a question and no hand-over between
/// threads, which would cost more than the answer does. On a socket on which nothing else waits, and that nobody reads
/// asynchronously: that would change how it waits, for good.
/// </remarks>
internal sealed partial class UdpServer(Socket socket, Responder responder, DnsFigures figures, ILogger log)
{
    private const int RequestBytesMax = 4096;

    // Clients whose answers others know; each waits some seconds at most.
    private const int WaitingMax = 2048;

    // Fewer than may be asked of others at the same time: one client's questions never keep out those of the rest.
    private const int WaitingOfOneMax = Forwarder.UnderWayMax / 4;

    // The kernel gives each datagram to one of them.
    private static readonly int Threads = Math.Clamp(Environment.ProcessorCount, 1, 4);

    private readonly UnderWay waiting = new();
    private readonly ClientShares shares = new(WaitingMax, WaitingOfOneMax);

    public async Task RunAsync(CancellationToken ct)
    {
        using var end = ct.Register(socket.Dispose); // Wakes who waits in it.
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ =>
            Task.Factory.StartNew(() => Loop(ct), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        await waiting.EndAsync();
        ct.ThrowIfCancellationRequested();
    }

    private void Loop(CancellationToken ct)
    {
        var query = new Query();
        var request = new byte[RequestBytesMax];
        var response = new byte[Query.UdpBytesMax];
        var client = new SocketAddress(socket.AddressFamily);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var received = socket.ReceiveFrom(request, SocketFlags.None, client);
                var length = responder.Respond(request.AsSpan(0, received), query, response, isTcp: false, out var later);
                if (length > 0)
                {
                    socket.SendTo(response.AsSpan(0, length), SocketFlags.None, client);
                }
                else if (later is not null)
                {
                    Wait(later, Copy(client));
                }
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // Of one datagram or its sender: too large, or unreachable by now.
                LogFailed(log, e.SocketErrorCode);
            }
        }
    }

    private void Wait(Waiting later, SocketAddress client)
    {
        var address = ((IPEndPoint)socket.LocalEndPoint!.Create(client)).Address;
        if (!shares.TryTake(address))
        {
            figures.CountDropped(); // The client asks again.
            return;
        }

        waiting.Add(CompleteAsync(later, client, address));
    }

    private async Task CompleteAsync(Waiting later, SocketAddress client, IPAddress address)
    {
        try
        {
            var response = new byte[Query.UdpBytesMax];
            var length = await responder.CompleteAsync(later, response, isTcp: false);
            socket.SendTo(response.AsSpan(0, length), SocketFlags.None, client);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone, or this server is about to be.
        }
        finally
        {
            shares.Return(address);
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
