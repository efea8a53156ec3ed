using System.Collections.Concurrent;
using System.Security.Cryptography;
using Navarch.ApiServer.Tests.Server;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tests.Tokens;

public sealed class KeyRotationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_of_before_and_after_a_rotation_are_good_while_clients_work()
    {
        await using var server = await TestServer.StartAsync();
        await Robot.CreateAsync(server);
        var tokens = new ConcurrentBag<string> { await Robot.TokenAsync(server) };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var token = await Robot.TokenAsync(server);
                Assert.Equal(200, await Robot.CodeAsync(server, token));
                tokens.Add(token);
            }
        })).ToList();

        foreach (var algorithm in (string[])["RS256", "ES256"])
        {
            var before = tokens.Count;
            while (tokens.Count < before + 4)
            {
                await Task.Delay(5, Ct);
            }

            Assert.Equal(200, (await server.Admin.PostAsync($"{Robot.Keys}/rotate?algorithm={algorithm}", "")).Code);
        }

        tokens.Add(await Robot.TokenAsync(server));
        await stop.CancelAsync();
        await Task.WhenAll(load);
        var keys = tokens.Select(static token => (string)Robot.Header(token)["kid"]!).Distinct().ToList();
        Assert.Equal(3, keys.Count);
        Assert.All(await Task.WhenAll(tokens.Take(50).Select(token => Robot.CodeAsync(server, token))), static code => Assert.Equal(200, code));
        Assert.Equal(keys.Order(), (await server.Admin.AskAsync("/openid/v1/jwks")).Json["keys"]!.AsArray().Select(static key => (string)key!["kid"]!).Order());
        var configuration = (await server.Admin.AskAsync("/.well-known/openid-configuration")).Json;
        Assert.Equal("""["ES256","RS256"]""", configuration["id_token_signing_alg_values_supported"]!.ToJsonString());

        await server.RestartAsync();
        Assert.All(await Task.WhenAll(tokens.Take(20).Select(token => Robot.CodeAsync(server, token))), static code => Assert.Equal(200, code));
    }

    [Fact]
    public async Task A_key_goes_when_no_token_of_it_can_be_good_and_not_before()
    {
        await using var server = await TestServer.StartAsync();
        await Robot.CreateAsync(server);
        var old = await Robot.TokenAsync(server, """{"expirationSeconds":7200}""");
        await server.Admin.PostAsync(Robot.Keys + "/rotate", "");
        var recent = await Robot.TokenAsync(server);

        var refused = (await server.Admin.PostAsync(Robot.Keys + "/prune", "")).Json["keys"]!;
        Assert.Equal((2, true, true), (refused.AsArray().Count, (bool)refused[0]!["isActive"]!, (bool)refused[1]!["isNeeded"]!));
        var lifetime = DateTimeOffset.Parse((string)refused[1]!["neededUntil"]!, null) - DateTimeOffset.Parse((string)refused[1]!["retired"]!, null);
        Assert.InRange(lifetime.TotalSeconds, 7200, 7200 + 120);

        // As if the rotation had been long ago.
        var text = await File.ReadAllTextAsync(server.TokenKeyFile, Ct);
        await File.WriteAllTextAsync(server.TokenKeyFile, text.Replace($"retired: {TimeProvider.System.GetUtcNow():yyyy}", "retired: 2001", StringComparison.Ordinal), Ct);
        var pruned = (await server.Admin.PostAsync(Robot.Keys + "/prune", "")).Json["keys"]!;
        Assert.Single(pruned.AsArray());
        Assert.Equal((401, 200), (await Robot.CodeAsync(server, old), await Robot.CodeAsync(server, recent)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.TokenKeyFile));
    }

    [Fact]
    public async Task A_key_that_was_stolen_can_be_dropped_at_once()
    {
        await using var server = await TestServer.StartAsync();
        await Robot.CreateAsync(server);
        var old = await Robot.TokenAsync(server);
        Assert.Equal(200, await Robot.CodeAsync(server, old));
        await server.Admin.PostAsync(Robot.Keys + "/rotate", "");

        Assert.Single((await server.Admin.PostAsync(Robot.Keys + "/prune?force=true", "")).Json["keys"]!.AsArray());

        Assert.Equal((401, 200), (await Robot.CodeAsync(server, old), await Robot.CodeAsync(server, await Robot.TokenAsync(server))));
    }

    [Fact]
    public async Task Secrets_with_tokens_keep_their_key()
    {
        await using var server = await TestServer.StartAsync();
        await Robot.CreateAsync(server);
        var token = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(await Robot.TokenAsync(server)));
        await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"t","annotations":{"kubernetes.io/service-account.name":"robot"}},"type":"kubernetes.io/service-account-token","data":{"token":"{{{token}}}"} }""");
        await server.Admin.PostAsync(Robot.Keys + "/rotate", "");
        var text = await File.ReadAllTextAsync(server.TokenKeyFile, Ct);
        await File.WriteAllTextAsync(server.TokenKeyFile, text.Replace($"retired: {TimeProvider.System.GetUtcNow():yyyy}", "retired: 2001", StringComparison.Ordinal), Ct);

        var keys = (await server.Admin.PostAsync(Robot.Keys + "/prune", "")).Json["keys"]!;

        Assert.Equal((2, 1), (keys.AsArray().Count, (int)keys[1]!["secrets"]!));
        await server.Admin.RemoveAsync(Robot.Secrets + "/t");
        Assert.Single((await server.Admin.PostAsync(Robot.Keys + "/prune", "")).Json["keys"]!.AsArray());
    }

    [Fact]
    public async Task Servers_that_share_the_keys_believe_each_other_from_the_first_token_on()
    {
        await using var one = await TestServer.StartAsync();
        var uid = await Robot.CreateAsync(one);
        await using var two = await TestServer.StartAsync(config => config with { ServiceAccountTokens = config.ServiceAccountTokens! with { KeyFiles = [one.TokenKeyFile] } });
        await Robot.CreateAsync(two);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(200, (await (round % 2 == 0 ? one : two).Admin.PostAsync(Robot.Keys + "/rotate", "")).Code);

            // Not its account: of another uid. But the signature is believed, which the audiences in the answer tell.
            var token = await Robot.TokenAsync(one, """{"audiences":["vault"]}""");
            var review = await two.Admin.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}","audiences":["bank"]} }""");
            Assert.Contains("token audiences [\"vault\"] is invalid", (string)review.Json["status"]!["error"]!);
        }

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : two).Admin.PostAsync(Robot.Keys + "/rotate", "")));
        Assert.Equal(14, (await one.Admin.AskAsync(Robot.Keys)).Json["keys"]!.AsArray().Count);
        Assert.NotEqual("", uid);
    }

    [Fact]
    public async Task Keys_given_as_files_vouch_for_tokens_and_are_followed_but_never_changed()
    {
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var spare = RSA.Create(2048);
        var folder = Directory.CreateTempSubdirectory("navarch-token-keys-");
        try
        {
            var (signing, others) = (Path.Combine(folder.FullName, "signing.pem"), Path.Combine(folder.FullName, "others.pem"));
            await File.WriteAllTextAsync(signing, rsa.ExportRSAPrivateKeyPem(), Ct);
            await File.WriteAllTextAsync(others, p384.ExportSubjectPublicKeyInfoPem(), Ct);
            await using var server = await TestServer.StartAsync(config => config with
            {
                ServiceAccountTokens = new ServiceAccountTokenConfig { KeyFiles = [signing, others], Issuers = ["https://new.example.com", "https://old.example.com"] },
            });
            await Robot.CreateAsync(server);
            var token = await Robot.TokenAsync(server);

            Assert.Equal(("RS256", "https://new.example.com"), ((string)Robot.Header(token)["alg"]!, (string)Robot.Claims(token)["iss"]!));
            Assert.Equal("""["https://new.example.com","https://old.example.com"]""", Robot.Claims(token)["aud"]!.ToJsonString());
            Assert.Equal(200, await Robot.CodeAsync(server, token));
            var claims = (Navarch.Machinery.Json.JsonObject)Navarch.Machinery.Json.JsonNode.Parse(Robot.Claims(token).ToJsonString().Replace("https://new", "https://old", StringComparison.Ordinal));
            Assert.Equal(200, await Robot.CodeAsync(server, TokenKey.Of(p384).Sign(claims)));
            Assert.Equal(401, await Robot.CodeAsync(server, TokenKey.Of(spare).Sign(claims)));
            Assert.Equal((400, 400), ((await server.Admin.PostAsync(Robot.Keys + "/rotate", "")).Code, (await server.Admin.PostAsync(Robot.Keys + "/prune?force=true", "")).Code));

            await File.WriteAllTextAsync(others, p384.ExportSubjectPublicKeyInfoPem() + "\n" + rsa.ExportSubjectPublicKeyInfoPem(), Ct);
            await File.WriteAllTextAsync(signing, spare.ExportPkcs8PrivateKeyPem(), Ct);
            var next = await Robot.TokenAsync(server);
            Assert.NotEqual((string)Robot.Header(token)["kid"]!, (string)Robot.Header(next)["kid"]!);
            Assert.Equal((200, 200), (await Robot.CodeAsync(server, token), await Robot.CodeAsync(server, next)));

            await File.WriteAllTextAsync(signing, "garbage", Ct); // Half a deployment. The server goes on with what it knows.
            Assert.Equal(200, await Robot.CodeAsync(server, await Robot.TokenAsync(server)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    [InlineData("no key")]
    public async Task A_server_does_not_start_with_keys_that_are_none(string content)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, content, Ct);
            Assert.Throws<TokenKeyException>(() => new TokenKeyFile(path).Load());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_short_key_is_none()
    {
        using var rsa = RSA.Create(1024);
        Assert.Throws<CryptographicException>(() => TokenKey.Of(rsa));
    }
}
