using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Json;
using Navarch.Machinery.Tokens;

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

        return request.Info.Path switch
        {
            ConfigurationPath => WriteAsync(request, "application/json", Configuration()),
            KeysPath => WriteAsync(request, "application/jwk-set+json", KeySet()),
            _ => null,
        };
    }

    private static Task WriteAsync(ApiRequest request, string type, JsonObject document)
    {
        request.Http.Response.Headers.CacheControl = "public, max-age=3600";
        return Responses.WriteBytesAsync(request.Http, 200, type, document.ToUtf8(), endsLine: false);
    }

    private JsonObject Configuration()
    {
        var json = new JsonObject();
        json.Set("issuer", new JsonText(tokens.Issuer));
        json.Set("jwks_uri", new JsonText(tokens.Config.KeysAddress.Length > 0 ? tokens.Config.KeysAddress : $"https://{address}{KeysPath}"));
        json.Set("response_types_supported", Texts("id_token"));
        json.Set("subject_types_supported", Texts("public"));
        json.Set("id_token_signing_alg_values_supported", Texts([.. Keys().Select(static key => key.Algorithm).Distinct().Order(StringComparer.Ordinal)]));
        return json;
    }

    private JsonObject KeySet()
    {
        var json = new JsonObject();
        json.Set("keys", JsonArray.Of(Keys().Select(static key => key.PublicKey)));
        return json;
    }

    private IReadOnlyList<TokenKey> Keys()
    {
        tokens.Ring.Refresh();
        return tokens.Ring.Current.All;
    }

    private static JsonArray Texts(params IEnumerable<string> texts) => JsonArray.Of(texts.Select(static text => new JsonText(text)));
}
