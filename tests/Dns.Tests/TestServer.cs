using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api;
using Navarch.Dns.Serving;
using Navarch.Testing;

namespace Navarch.Dns.Tests;

/// <summary>The whole server on loopback, over a cluster in memory.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private TestServer(Task running, CancellationTokenSource stop, FakeCluster cluster, ServerSockets sockets)
    {
        (this.running, this.stop, Cluster) = (running, stop, cluster);
        Address = (IPEndPoint)sockets.Udp.LocalEndPoint!;
        Figures = (IPEndPoint)sockets.Figures!.LocalEndPoint!;
    }

    public FakeCluster Cluster { get; }

    public IPEndPoint Address { get; }

    public IPEndPoint Figures { get; }

    public static async Task<TestServer> StartAsync(IReadOnlyList<IPEndPoint> upstream, TimeProvider time, params IResource[] objects)
    {
        var cluster = new FakeCluster(TimeProvider.System).With(objects);
        var stop = new CancellationTokenSource();
        var listening = new TaskCompletionSource<ServerSockets>();
        var config = new DnsConfig { Address = IPAddress.Loopback, Port = FreePort.Next(), MetricsPort = 0 };
        var running = DnsProcess.RunAsync(config, () => upstream, listening.SetResult, cluster, NullLoggerFactory.Instance, time, new Random(1), stop.Token);
        return new TestServer(running, stop, cluster, await listening.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Over UDP, once the server answers at all.</summary>
    public Task<Reply> AskAsync(string name, ushort type, int? edns = null) => SendAsync(Ask.For(name, type, edns));

    public async Task<Reply> SendAsync(byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(Address);
        await socket.SendAsync(request);
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        return new Reply(buffer.AsSpan(0, received));
    }

    /// <summary>Several questions on one connection, before the first answer is read.</summary>
    public async Task<IReadOnlyList<Reply>> AskByTcpAsync(params byte[][] requests)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address);
        var stream = client.GetStream();
        await stream.WriteAsync(requests.SelectMany(request => (byte[])[(byte)(request.Length >> 8), (byte)request.Length, .. request]).ToArray());
        var replies = new List<Reply>();
        foreach (var _ in requests)
        {
            var prefix = new byte[2];
            await stream.ReadExactlyAsync(prefix);
            var reply = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
            await stream.ReadExactlyAsync(reply);
            replies.Add(new Reply(reply));
        }

        return replies;
    }

    /// <summary>Asks until the answer is as wanted: informers follow the cluster by themselves.</summary>
    public async Task<Reply> UntilAsync(string name, ushort type, Func<Reply, bool> isWanted)
    {
        while (true)
        {
            var reply = await AskAsync(name, type);
            if (isWanted(reply))
            {
                return reply;
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        stop.Dispose();
    }
}
