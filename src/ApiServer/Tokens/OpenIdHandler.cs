using System.Text;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Tokens;

/// <summary>Tells others how to check the tokens of service accounts (OpenID Connect Discovery 1.0).</summary>
internal sealed class OpenIdHandler(ServiceAccountTokens tokens, string address)
{
    public const string ConfigurationPath = "/.well-known/openid-configuration";
    public const string KeysPath = "/openid/v1/jwks";

    public Task? TryHandle(ApiRequest request)
    {
        if (request.Info.Verb != "get")
        {
            return null;
        }

        switch (request.Info.Path)
        {
            case ConfigurationPath:
                request.Http.Response.Headers.CacheControl = "public, max-age=3600";
                return Responses.WriteBytesAsync(request.Http, 200, "application/json", Encoding.UTF8.GetBytes(
                    $"{{\"issuer\":{new JsonText(tokens.Issuer)},\"jwks_uri\":\"https://{address}{KeysPath}\",\"response_types_supported\":[\"id_token\"],\"subject_types_supported\":[\"public\"],\"id_token_signing_alg_values_supported\":[\"ES256\"]}}"), endsLine: false);
            case KeysPath:
                request.Http.Response.Headers.CacheControl = "public, max-age=3600";
                return Responses.WriteBytesAsync(request.Http, 200, "application/jwk-set+json", Encoding.UTF8.GetBytes($"{{\"keys\":[{tokens.Key.PublicKey}]}}"), endsLine: false);
            default:
                return null;
        }
    }
}
