using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>
/// Leads connections to servers that are well. It passes bytes and knows nothing of them: TLS is between client and server.
/// </summary>
/// <remarks>
/// <para>A server is asked all the time whether it is well. One that is not gets no new connections, and those that it has are
/// broken: behind a cut cable they would otherwise stay open and silent for minutes, and a client with one connection for
/// everything would wait all that time. While none is well, all are left as they are: what is slow is better than nothing.</para>
/// <para>Rules of the kernel could lead connections too, at less cost, but they cannot break those that there are.</para>
/// </remarks>
/// <param name="isWell">Asks a server; throws <see cref="SocketException"/> where nobody listens there.</param>
internal sealed partial class Balancer(
    IPEndPoint listen, IReadOnlyList<Backend> backends, Func<Backend, CancellationToken, Task<bool>> isWell, TimeProvider time, ILogger log)
{
    private const int BufferBytes = 64 << 10;
    private const int PendingMax = 512;

    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMilliseconds(500);

    // A check takes a millisecond. One that takes this long, twice in a row, means a server that cannot be worked with.
    private static readonly TimeSpan CheckMax = TimeSpan.FromSeconds(1);
    private const int FailuresMax = 2;

    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(1);

    private readonly Lock choosing = new();

    /// <summary>The port that is listened on, where any was asked for.</summary>
    public int Port { get; private set; }

    /// <summary>Listens until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(listen);
        listener.Listen(PendingMax);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        await Task.WhenAll([AcceptAsync(listener, ct), .. backends.Select(backend => CheckAsync(backend, ct))]);
    }

    private async Task CheckAsync(Backend backend, CancellationToken ct)
    {
        var (failures, since) = (0, 0L);
        while (true)
        {
            since = failures == 0 ? time.GetTimestamp() : since;
            var health = await AskAsync(backend, ct);
            failures = health == Health.Well ? 0 : failures + 1;
            if (health == Health.Unwell && failures < FailuresMax)
            {
                continue; // At once again: a slow answer alone says little.
            }

            SetUp(backend, health == Health.Well);
            backend.WellAt = health == Health.Well ? time.GetTimestamp() : backend.WellAt;
            if (!backend.IsUp && (health == Health.Gone || IsWorseThanOthers(since)) && backend.Abort() is > 0 and var count)
            {
                LogBroken(backend.Address, count);
            }

            await Task.Delay(CheckPeriod, time, ct);
        }
    }

    // While etcd chooses a leader nobody is well, and who recovers a moment before the others is no better than they are.
    private bool IsWorseThanOthers(long since) =>
        backends.Any(other => other.IsUp && other.WellAt > since && time.GetElapsedTime(since, other.WellAt) > CheckMax);

    private async Task<Health> AskAsync(Backend backend, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(CheckMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            return await isWell(backend, either.Token).WaitAsync(either.Token) ? Health.Well : Health.Unwell;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Health.Gone;
        }
        catch (Exception e) when (e is SocketException or IOException or HttpRequestException or OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            return Health.Unwell;
        }
    }

    private void SetUp(Backend backend, bool isUp)
    {
        if (backend.IsUp != isUp)
        {
            backend.IsUp = isUp;
            LogTurned(backend.Address, isUp ? "serves" : "does not serve");
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync(ct);
                _ = ServeAsync(client, ct); // Ends by itself, and never throws.
            }
            catch (SocketException e)
            {
                // Such as too many open files. What is open will be closed some time.
                LogNotAccepted(e);
                await Task.Delay(CheckPeriod, time, ct);
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken ct)
    {
        try
        {
            client.NoDelay = true;
            if (await ConnectAsync(ct) is var (backend, server))
            {
                backend.Add(client, server);
                try
                {
                    await using var stop = ct.Register(() => { Backend.Reset(client); Backend.Reset(server); });
                    await Task.WhenAll(PassAsync(client, server), PassAsync(server, client));
                }
                finally
                {
                    backend.Remove(client, server);
                    backend.Leave();
                    server.Dispose();
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has gone. The other is told so below.
        }
        finally
        {
            client.Dispose();
        }
    }

    /// <summary>Nothing of a client's has been sent yet, so that any server may be tried. Null where none can be reached.</summary>
    private async Task<(Backend Backend, Socket Server)?> ConnectAsync(CancellationToken ct)
    {
        var tried = new List<Backend>();
        while (Choose(tried) is { } backend)
        {
            tried.Add(backend);
            var server = new Socket(backend.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var timeout = new CancellationTokenSource(ConnectMax, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
            try
            {
                await server.ConnectAsync(backend.Address, either.Token);
                return (backend, server);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                server.Dispose();
                backend.Leave();
                ct.ThrowIfCancellationRequested();
            }
        }

        return null;
    }

    // One at a time: those who come together would otherwise all be led to the server that has the fewest at that moment.
    private Backend? Choose(List<Backend> tried)
    {
        lock (choosing)
        {
            var chosen = backends.Except(tried).OrderBy(static backend => !backend.IsUp).ThenBy(static backend => backend.Led).FirstOrDefault();
            chosen?.Lead();
            return chosen;
        }
    }

    /// <summary>Passes what one side says until it has said everything. Breaks both ways where that fails.</summary>
    private static async Task PassAsync(Socket from, Socket to)
    {
        try
        {
            while (true)
            {
                // An idle connection, of which there are many, holds no buffer.
                await from.ReceiveAsync(Memory<byte>.Empty);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                try
                {
                    var count = await from.ReceiveAsync(buffer.AsMemory());
                    if (count == 0)
                    {
                        to.Shutdown(SocketShutdown.Send);
                        return;
                    }

                    for (var sent = 0; sent < count;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Backend.Reset(from);
            Backend.Reset(to);
        }
    }

    private enum Health
    {
        Well,
        Unwell,
        Gone,
    }

    [LoggerMessage(LogLevel.Information, "{Address} {Does}")]
    private partial void LogTurned(IPEndPoint address, string does);

    [LoggerMessage(LogLevel.Warning, "broke {Count} connections to {Address}, so that their clients are led elsewhere")]
    private partial void LogBroken(IPEndPoint address, int count);

    [LoggerMessage(LogLevel.Error, "a connection could not be accepted")]
    private partial void LogNotAccepted(Exception cause);
}
