using System.Net;
using System.Net.Sockets;

namespace Navarch.Client;

/// <summary>
/// Connects as its configuration says at the time. When that changes, requests take new connections; those of before are closed after a
/// while, long enough for requests under way, so that no watch goes on under a certificate that has been replaced.
/// </summary>
internal sealed class FollowingHandler(FileValue<ClientConfig> source, TimeProvider time) : HttpMessageHandler
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    // Guards what follows.
    private readonly Lock gate = new();
    private Connections? current;
    private bool isDisposed;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Take().Invoker.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            isDisposed = true;
            current?.Close();
        }

        base.Dispose(disposing);
    }

    private Connections Take()
    {
        var config = source.Current;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (ReferenceEquals(current?.Config, config))
            {
                return current!;
            }

            current?.CloseAfter(Farewell, time);
            return current = new Connections(config);
        }
    }

    /// <summary>The connections of one configuration.</summary>
    private sealed class Connections
    {
        // Guards the sockets.
        private readonly Lock gate = new();
        private readonly List<Socket> sockets = [];
        private ITimer? end;

        public Connections(ClientConfig config)
        {
            Config = config;
            var handler = RestTransport.CreateHandler(config);
            handler.ConnectCallback = ConnectAsync;
            Invoker = new HttpMessageInvoker(handler);
        }

        public ClientConfig Config { get; }

        public HttpMessageInvoker Invoker { get; }

        public void CloseAfter(TimeSpan delay, TimeProvider time) => end = time.CreateTimer(static self => ((Connections)self!).Close(), this, delay, Timeout.InfiniteTimeSpan);

        public void Close()
        {
            Invoker.Dispose(); // Leaves streams under way alone.
            lock (gate)
            {
                foreach (var socket in sockets)
                {
                    socket.Dispose();
                }
            }

            end?.Dispose();
        }

        private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync((EndPoint)context.DnsEndPoint, ct);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            lock (gate)
            {
                sockets.RemoveAll(static known => known.SafeHandle.IsClosed);
                sockets.Add(socket);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
    }
}
