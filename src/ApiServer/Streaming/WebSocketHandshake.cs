using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>Turns a request into a WebSocket (RFC 6455).</summary>
internal static class WebSocketHandshake
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 section 1.3.

    /// <exception cref="StatusException">400: the client asks for something else.</exception>
    public static void Check(IHeaderDictionary headers)
    {
        if (headers.SecWebSocketKey.ToString().Length == 0 || headers.SecWebSocketVersion.ToString() != "13")
        {
            throw StatusErrors.BadRequest("websocket: the client is not using the websocket protocol: unsupported version or missing key").AsException();
        }
    }

    /// <param name="protocol">One that the client offered; null where it offered none.</param>
    public static async Task<WebSocket> AcceptAsync(HttpContext http, IHttpUpgradeFeature upgrade, string? protocol)
    {
        var headers = http.Response.Headers;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(http.Request.Headers.SecWebSocketKey.ToString());
        if (protocol is not null)
        {
            headers.SecWebSocketProtocol = HeaderText.Clean(protocol);
        }

        return WebSocket.CreateFromStream(await upgrade.UpgradeAsync(), new WebSocketCreationOptions { IsServer = true });
    }

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // The protocol says so; it proves understanding, not identity.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
    }
}
