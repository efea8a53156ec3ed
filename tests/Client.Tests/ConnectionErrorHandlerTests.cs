using System.Net;
using System.Net.Sockets;

namespace Navarch.Client.Tests;

public sealed class ConnectionErrorHandlerTests
{
    [Fact]
    public async Task A_connection_that_its_peer_resets_at_once_is_an_error_of_connecting()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = (IPEndPoint)listener.LocalEndpoint;
        using var http = new HttpClient(new ConnectionErrorHandler(new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address, ct);
                using (var accepted = await listener.AcceptSocketAsync(ct))
                {
                    accepted.LingerState = new LingerOption(true, 0); // Closes with a reset.
                }

                socket.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }));

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"http://{address}/"), TestContext.Current.CancellationToken));

        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
        Assert.IsType<SocketException>(error.InnerException);
    }
}
