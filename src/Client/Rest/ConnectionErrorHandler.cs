using System.Net.Sockets;

namespace Navarch.Client;

/// <summary>
/// Makes one kind of error of all that a connection can fail with. A peer that resets it between its acceptance and the first byte
/// shows as a bare <see cref="SocketException"/> in .NET 10, and not as the <see cref="HttpRequestException"/> that callers of HTTP expect.
/// </summary>
public sealed class ConnectionErrorHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <exception cref="HttpRequestException">As of any client; <see cref="HttpRequestError.ConnectionError"/> where nothing was sent.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"{e.Message} ({request.RequestUri?.Authority})", e);
        }
    }
}
