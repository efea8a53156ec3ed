using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Navarch.Testing;

namespace Navarch.Dns.Tests;

/// <summary>Another server: answers what the test says, over UDP and TCP on one port of loopback.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<byte[], bool, IEnumerable<byte[]>> answer;
    private readonly Task running;
    private int asked;

    /// <param name="answer">The request, and whether it came over TCP; gives the messages to send, none for silence.</param>
    public FakeUpstream(Func<byte[], bool, IEnumerable<byte[]>> answer)
    {
        this.answer = answer;
        udp.Bind(new IPEndPoint(IPAddress.Loopback, FreePort.Next()));
        tcp.Bind(udp.LocalEndPoint!);
        tcp.Listen();
        running = Task.WhenAll(DatagramsAsync(), ConnectionsAsync());
    }

    public IPEndPoint Address => (IPEndPoint)udp.LocalEndPoint!;

    public int Asked => Volatile.Read(ref asked);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
        }

        udp.Dispose();
        tcp.Dispose();
        stop.Dispose();
    }

    private async Task DatagramsAsync()
    {
        var buffer = new byte[4096];
        while (true)
        {
            var received = await udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), stop.Token);
            Interlocked.Increment(ref asked);
            foreach (var message in answer(buffer[..received.ReceivedBytes], false))
            {
                await udp.SendToAsync(message, received.RemoteEndPoint, stop.Token);
            }
        }
    }

    private async Task ConnectionsAsync()
    {
        while (true)
        {
            using var connection = await tcp.AcceptAsync(stop.Token);
            await using var stream = new NetworkStream(connection);
            var prefix = new byte[2];
            await stream.ReadExactlyAsync(prefix, stop.Token);
            var request = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
            await stream.ReadExactlyAsync(request, stop.Token);
            foreach (var message in answer(request, true))
            {
                await stream.WriteAsync((byte[])[(byte)(message.Length >> 8), (byte)message.Length, .. message], stop.Token);
            }
        }
    }
}
