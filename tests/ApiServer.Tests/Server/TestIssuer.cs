using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Navarch.ApiServer.Tests.Server;

/// <summary>An OpenID Connect issuer on this machine, with one key, <c>k</c>.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly RSA key = RSA.Create(2048);
    private readonly string discoveryPath;
    private JsonListener listener = null!;

    private TestIssuer(string discoveryPath) => this.discoveryPath = discoveryPath;

    /// <summary>What it calls itself.</summary>
    public string Url { get; private set; } = null!;

    /// <summary>Where its discovery document lies.</summary>
    public string DiscoveryUrl => listener.Address.OriginalString + discoveryPath;

    public int Requests => listener.Requests;

    /// <param name="name">What it calls itself; null for its address.</param>
    public static async Task<TestIssuer> StartAsync(TestAuthority authority, string? name = null, string discoveryPath = "/.well-known/openid-configuration")
    {
        var issuer = new TestIssuer(discoveryPath);
        issuer.listener = await JsonListener.StartAsync(authority, issuer.AnswerAsync);
        issuer.Url = name ?? issuer.listener.Address.OriginalString;
        return issuer;
    }

    /// <summary>A token that says the given claims, and is good for ten minutes.</summary>
    public string TokenOf(string claims, string audience = "navarch") =>
        Token($$"""{"iss":"{{Url}}","aud":"{{audience}}","exp":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600}},{{claims}}}""");

    /// <param name="by">Who signs; null for the issuer.</param>
    public string Token(string claims, string id = "k", string algorithm = "RS256", RSA? by = null)
    {
        var content = $"{Encoded($$"""{"alg":"{{algorithm}}","kid":"{{id}}"}""")}.{Encoded(claims)}";
        var hash = algorithm == "RS512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
        return $"{content}.{Base64Url.EncodeToString((by ?? key).SignData(Encoding.ASCII.GetBytes(content), hash, RSASignaturePadding.Pkcs1))}";
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        key.Dispose();
    }

    private Task AnswerAsync(JsonListener self, HttpContext http)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var path = http.Request.Path.Value;
        http.Response.StatusCode = path == discoveryPath || path == "/keys" ? 200 : 404;
        return http.Response.WriteAsync(path == discoveryPath
            ? $$"""{"issuer":"{{Url}}","jwks_uri":"{{self.Address.OriginalString}}/keys"}"""
            : $$"""{"keys":[{"kty":"RSA","kid":"k","use":"sig","alg":"RS256","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"{{Base64Url.EncodeToString(parameters.Exponent)}}"}]}""");
    }

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
