using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authentication;

public sealed class OidcTests
{
    [Fact]
    public async Task Users_of_an_issuer_are_known_by_its_keys()
    {
        using var authority = new TestAuthority("issuer-ca");
        using var key = RSA.Create(2048);
        using var foreign = RSA.Create(2048);
        await using var issuer = await JsonListener.StartAsync(authority, (self, http) => AnswerAsync(self, http, key));
        await using var server = await TestServer.StartAsync(config => config with
        {
            Authentication = config.Authentication with
            {
                Oidc = new OidcConfig(issuer.Address, "navarch")
                {
                    GroupsClaim = "groups",
                    GroupsPrefix = "oidc:",
                    Authorities = [authority.Certificate],
                    RequiredClaims = new Dictionary<string, string> { ["tenant"] = "a" },
                },
            },
        });
        var url = issuer.Address.OriginalString;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        string Claims(string iss, string aud, long exp, string more = "") => $$"""{"iss":"{{iss}}","aud":["{{aud}}","x"],"sub":"ann","exp":{{exp}},"groups":["dev","ops"],"tenant":"a"{{more}}}""";
        var good = Token(key, "k", Claims(url, "navarch", now + 600));

        var who = (await Bearer(server, good).PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}""")).Json["status"]!["userInfo"]!;
        Assert.Equal(url + "#ann", (string)who["username"]!);
        Assert.Equal(["oidc:dev", "oidc:ops", "system:authenticated"], who["groups"]!.AsArray().Select(static group => (string)group!));
        Assert.Equal(2, issuer.Requests);

        string[] bad =
        [
            Token(foreign, "k", Claims(url, "navarch", now + 600)),
            Token(key, "unknown", Claims(url, "navarch", now + 600)),
            Token(key, "k", Claims(url, "bank", now + 600)),
            Token(key, "k", Claims(url, "navarch", now - 1)),
            Token(key, "k", Claims(url, "navarch", now + 600, $$""","nbf":{{now + 300}}""")),
            Token(key, "k", Claims("https://other.example.com", "navarch", now + 600)),
            Token(key, "k", Claims(url, "navarch", now + 600).Replace("\"tenant\":\"a\"", "\"tenant\":\"b\"", StringComparison.Ordinal)),
            Token(key, "k", Claims(url, "navarch", now + 600), "RS512"),
            Token(key, "k", Claims(url, "navarch", now + 600), "none"),
        ];
        foreach (var token in bad)
        {
            Assert.Equal(401, (await Bearer(server, token).AskAsync("/version")).Code);
        }

        Assert.InRange(issuer.Requests, 2, 4); // Who makes up a key makes this server ask again once in a while, not each time.
        Assert.Equal(200, (await Bearer(server, good).AskAsync("/version")).Code);
    }

    private static HttpClient Bearer(TestServer server, string token)
    {
        var client = server.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static Task AnswerAsync(JsonListener self, HttpContext http, RSA key)
    {
        var url = self.Address.OriginalString;
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return http.Response.WriteAsync(http.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => $$"""{"issuer":"{{url}}","jwks_uri":"{{url}}/keys"}""",
            _ => $$"""{"keys":[{"kty":"RSA","kid":"k","use":"sig","alg":"RS256","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"{{Base64Url.EncodeToString(parameters.Exponent)}}"}]}""",
        });
    }

    private static string Token(RSA key, string id, string claims, string algorithm = "RS256")
    {
        var content = $"{Encoded($$"""{"alg":"{{algorithm}}","kid":"{{id}}"}""")}.{Encoded(claims)}";
        var hash = algorithm == "RS512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
        return $"{content}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(content), hash, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
