using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>What clients ask for in <c>Sec-WebSocket-Protocol</c> (RFC 6455).</summary>
internal static class WebSocketProtocols
{
    /// <summary>The frames of a port-forward over SPDY, as binary messages.</summary>
    public const string Tunnel = "SPDY/3.1+portforward.k8s.io";

    /// <summary>Channels of exec and attach, each of which can be closed.</summary>
    public const string Closable = "v5.channel.k8s.io";

    /// <summary>Bytes as they are, and as text.</summary>
    public const string Binary = "binary.k8s.io";
    public const string Base64 = "base64.binary.k8s.io";

    // Browsers cannot set an Authorization header on a WebSocket: the token comes as if it were a protocol.
    private const string BearerPrefix = "base64url.bearer.authorization.k8s.io.";

    public static string[] Of(IHeaderDictionary headers) =>
        headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The first protocol a client offers in which bytes can be sent; null where it offers none at all.</summary>
    /// <exception cref="StatusException">400: it offers nothing that is known.</exception>
    public static string? OfBytes(IHeaderDictionary headers)
    {
        var offered = Of(headers);
        return offered.Length == 0 ? null : Array.Find(offered, static protocol => protocol is Binary or Base64)
            ?? throw StatusErrors.BadRequest($"requested protocol(s) are not supported: [{string.Join(' ', offered)}]; supports [ {Base64} {Binary}]").AsException();
    }

    /// <summary>The token among the protocols, which is taken out so that it is not handed on; null where there is none, or nothing else.</summary>
    public static string? TakeToken(IHeaderDictionary headers)
    {
        var protocols = Of(headers);
        var others = Array.FindAll(protocols, static protocol => !protocol.StartsWith(BearerPrefix, StringComparison.Ordinal));
        if (others.Length == 0 || others.Length != protocols.Length - 1)
        {
            return null;
        }

        headers.SecWebSocketProtocol = string.Join(", ", others);
        var encoded = Array.Find(protocols, static protocol => protocol.StartsWith(BearerPrefix, StringComparison.Ordinal))![BearerPrefix.Length..];
        return Base64Url.IsValid(encoded) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded)) : null;
    }
}
