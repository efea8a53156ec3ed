using System.Net.Sockets;

namespace Navarch.Client;

/// <summary>Tells the world's errors, which a loop retries, from ours, which it must not hide.</summary>
public static class TransientErrors
{
    extension(Exception error)
    {
        /// <summary>
        /// The same attempt may succeed later. A cancellation counts, because one that nobody asked for is a timeout:
        /// the caller checks its own token.
        /// </summary>
        public bool IsTransient => error switch
        {
            ApiException api => api.IsTransient || api.IsUnauthorized,
            HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException => true,
            _ => false,
        };
    }
}
