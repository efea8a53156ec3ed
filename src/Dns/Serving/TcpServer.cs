using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Serving;

/// <summary>Answers over TCP, for what is too large for a datagram. Nobody holds more of it than a share, and nobody for long.</summary>
internal sealed partial class TcpServer(Socket listener, Responder responder, DnsFigures figures, TimeProvider time, ILogger log)
{
    private const int ConnectionsMax = 256;
    private const int ConnectionsOfOneMax = 32;
    private const int RequestBytesMax = 4096;
    private const int PrefixBytes = 2;

    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(10);

    private readonly UnderWay connections = new();
    private readonly ClientShares shares = new(ConnectionsMax, ConnectionsOfOneMax);

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                Accept(await listener.AcceptAsync(ct), ct);
            }
        }
        finally
        {
            await connections.EndAsync();
        }
    }

    private void Accept(Socket connection, CancellationToken ct)
    {
        if (connection.RemoteEndPoint is not IPEndPoint client || !shares.TryTake(client.Address))
        {
            figures.CountDropped();
            connection.Dispose();
            return;
        }

        connections.Add(ServeAsync(connection, client.Address, ct));
    }

    private async Task ServeAsync(Socket connection, IPAddress client, CancellationToken ct)
    {
        await Task.Yield();
        try
        {
            using (connection)
            {
                connection.NoDelay = true;
                await using var stream = new NetworkStream(connection);
                await ServeAsync(stream, ct);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            LogEnded(log, client, e.Message);
        }
        finally
        {
            shares.Return(client);
        }
    }

    private async Task ServeAsync(NetworkStream stream, CancellationToken ct)
    {
        var query = new Query();
        var prefix = new byte[PrefixBytes];
        while (true)
        {
            // One deadline for a question and its answer: who sends a byte now and then has no longer than others.
            using var idle = new CancellationTokenSource(IdleMax, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, ct);
            if (await stream.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, either.Token) < PrefixBytes)
            {
                return;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
            if (length is < Header.Bytes or > RequestBytesMax)
            {
                return;
            }

            var request = ArrayPool<byte>.Shared.Rent(length);
            var response = ArrayPool<byte>.Shared.Rent(PrefixBytes + ushort.MaxValue);
            try
            {
                await stream.ReadExactlyAsync(request.AsMemory(0, length), either.Token);
                var room = response.AsMemory(PrefixBytes, ushort.MaxValue);
                var answered = responder.Respond(request.AsSpan(0, length), query, room.Span, isTcp: true, out var later);
                if (later is not null)
                {
                    answered = await responder.CompleteAsync(later, room, isTcp: true);
                }

                if (answered == 0)
                {
                    return;
                }

                BinaryPrimitives.WriteUInt16BigEndian(response, (ushort)answered);
                await stream.WriteAsync(response.AsMemory(0, PrefixBytes + answered), either.Token);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(request);
                ArrayPool<byte>.Shared.Return(response);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The connection of {Client} ended: {Cause}")]
    private static partial void LogEnded(ILogger log, IPAddress client, string cause);
}
