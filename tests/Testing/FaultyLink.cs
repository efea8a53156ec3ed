using System.Net;
using System.Net.Sockets;

namespace Navarch.Testing;

/// <summary>A network link to one member, on which requests can be held up and answers lost.</summary>
public sealed class FaultyLink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri target;
    private readonly CancellationTokenSource closed = new();
    private readonly Task accepting;
    private readonly Lock gate = new();
    private readonly List<Socket> sockets = [];
    private TaskCompletionSource requestsPass = Open();

    public FaultyLink(Uri target)
    {
        this.target = target;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>What the member says is thrown away.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Whether connections are refused.</summary>
    public bool IsDown { get; set; }

    /// <summary>From now on nothing reaches the member, until <see cref="PassRequests"/>.</summary>
    public void HoldRequests() => requestsPass = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held up arrives now, late.</summary>
    public void PassRequests() => requestsPass.TrySetResult();

    /// <summary>Breaks the connections that there are.</summary>
    public void Cut()
    {
        lock (gate)
        {
            sockets.ForEach(socket => socket.Dispose());
            sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closed.CancelAsync();
        listener.Stop();
        PassRequests();
        Cut();
        await accepting;
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        var links = new List<Task>();
        try
        {
            while (true)
            {
                links.Add(LinkAsync(await listener.AcceptSocketAsync(closed.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task LinkAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            client.NoDelay = true;
            if (!IsDown)
            {
                await server.ConnectAsync(IPAddress.Loopback, target.Port);
                lock (gate)
                {
                    sockets.AddRange([client, server]);
                }
                if (closed.IsCancellationRequested)
                {
                    return;
                }
                await Task.WhenAny(PumpAsync(client, server, isRequest: true), PumpAsync(server, client, isRequest: false));
            }
        }
        catch (SocketException)
        {
            // The member is not there.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isRequest)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (isRequest)
                {
                    await requestsPass.Task;
                }
                else if (LosesAnswers)
                {
                    continue;
                }
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
