using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authentication;

public sealed class OidcTests
{
    [Fact]
    public async Task Users_of_an_issuer_are_known_by_its_keys()
    {
        using var authority = new TestAuthority("issuer-ca");
        using var foreign = RSA.Create(2048);
        await using var issuer = await TestIssuer.StartAsync(authority);
        await using var server = await TestServer.StartAsync(config => config with
        {
            Authentication = config.Authentication with
            {
                Oidc = new OidcConfig(new Uri(issuer.Url), "navarch")
                {
                    GroupsClaim = "groups",
                    GroupsPrefix = "oidc:",
                    Authorities = [authority.Certificate],
                    RequiredClaims = new Dictionary<string, string> { ["tenant"] = "a" },
                },
            },
        });
        var url = issuer.Url;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        string Claims(string iss, string aud, long exp, string more = "") => $$"""{"iss":"{{iss}}","aud":["{{aud}}","x"],"sub":"ann","exp":{{exp}},"groups":["dev","ops"],"tenant":"a"{{more}}}""";
        var good = issuer.Token(Claims(url, "navarch", now + 600));

        var who = (await Bearer(server, good).PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}""")).Json["status"]!["userInfo"]!;
        Assert.Equal(url + "#ann", (string)who["username"]!);
        Assert.Equal(["oidc:dev", "oidc:ops", "system:authenticated"], who["groups"]!.AsArray().Select(static group => (string)group!));
        Assert.Equal(2, issuer.Requests);

        string[] bad =
        [
            issuer.Token(Claims(url, "navarch", now + 600), by: foreign),
            issuer.Token(Claims(url, "navarch", now + 600), "unknown"),
            issuer.Token(Claims(url, "bank", now + 600)),
            issuer.Token(Claims(url, "navarch", now - 1)),
            issuer.Token(Claims(url, "navarch", now + 600, $$""","nbf":{{now + 600}}""")),
            issuer.Token(Claims("https://other.example.com", "navarch", now + 600)),
            issuer.Token(Claims(url, "navarch", now + 600).Replace("\"tenant\":\"a\"", "\"tenant\":\"b\"", StringComparison.Ordinal)),
            issuer.Token(Claims(url, "navarch", now + 600), algorithm: "RS512"),
            issuer.Token(Claims(url, "navarch", now + 600), algorithm: "none"),
        ];
        foreach (var token in bad)
        {
            Assert.Equal(401, (await Bearer(server, token).AskAsync("/version")).Code);
        }

        Assert.InRange(issuer.Requests, 2, 4); // Who makes up a key makes this server ask again once in a while, not each time.
        Assert.Equal(200, (await Bearer(server, good).AskAsync("/version")).Code);
        Assert.Equal(200, (await Bearer(server, issuer.Token(Claims(url, "navarch", now + 600, $$""","nbf":{{now + 240}}"""))).AskAsync("/version")).Code); // Its clock is ahead.
    }

    [Fact]
    public void Nobody_else_issues_tokens_in_the_name_of_the_cluster()
    {
        var config = AuthenticationConfig.Default with { Oidc = new OidcConfig(new Uri("https://own.example.com"), "navarch") };

        var refused = Assert.Throws<InvalidDataException>(() => new OidcAuthenticator(config, ["https://own.example.com"], TimeProvider.System, NullLogger.Instance));

        Assert.Contains("URL must not overlap with disallowed issuers: [https://own.example.com]", refused.Message, StringComparison.Ordinal);
    }

    private static HttpClient Bearer(TestServer server, string token)
    {
        var client = server.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
