using System.Net;
using System.Net.Sockets;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// Connects to where a client or a node says, if the server may reach it. A name is resolved once, all of its addresses are
/// looked at, and the connection is made to these: what the name says afterwards does not matter.
/// </summary>
internal sealed class BackendDialer(Func<IPAddress, bool> mayReach, Func<string, CancellationToken, Task<IPAddress[]>> resolve, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Of what is reached by the system's names.</summary>
    public BackendDialer(Func<IPAddress, bool> mayReach, TimeProvider time) : this(mayReach, Dns.GetHostAddressesAsync, time)
    {
    }

    /// <exception cref="AddressNotAllowedException">It is not to be reached.</exception>
    /// <exception cref="SocketException">There is no such name, or nobody answers.</exception>
    /// <exception cref="TimeoutException">Nobody answers.</exception>
    public async Task<NetworkStream> ConnectAsync(string host, int port, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), patience, Patience, Timeout.InfiniteTimeSpan);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, patience.Token);
            if (!Array.TrueForAll(addresses, address => mayReach(address)))
            {
                throw new AddressNotAllowedException();
            }

            await socket.ConnectAsync(addresses, port, patience.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is OperationCanceledException && !ct.IsCancellationRequested ? new TimeoutException($"dial tcp {host}:{port}: i/o timeout", e) : e is ArgumentException ? new SocketException((int)SocketError.HostNotFound) : e;
        }
    }

    /// <summary>For a <see cref="SocketsHttpHandler"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct) =>
        await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ct);
}

/// <summary>The server does not connect to this address, whoever asks.</summary>
internal sealed class AddressNotAllowedException() : Exception("address not allowed");
