using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Authentication.Oidc;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authentication;

public sealed class AuthenticationFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("navarch-issuers-").FullName;
    private readonly TestAuthority authority = new("issuer-ca");

    private string FilePath => Path.Combine(folder, "issuers.yaml");

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Each_issuer_of_a_file_says_in_its_own_way_who_its_users_are()
    {
        await using var plain = await TestIssuer.StartAsync(authority);
        await using var rich = await TestIssuer.StartAsync(authority, "https://issuer.example.com", "/elsewhere/discovery");
        Write(
            Issuer(plain.Url, "navarch", """
                  claimMappings:
                    username: {claim: sub, prefix: "plain:"}
                    groups: {claim: role, prefix: ""}
                    uid: {claim: sub}
                """),
            Issuer(rich.Url, "a, navarch", """
                  claimMappings:
                    username: {expression: "claims.email_verified ? claims.email : 'nobody'"}
                    groups: {expression: "claims.roles.split(',').map(r, 'rich:' + r) + ['']"}
                    uid: {expression: string(claims.number)}
                    extra:
                    - {key: example.com/tenant, valueExpression: claims.tenant}
                    - {key: example.com/none, valueExpression: "claims.?absent.orValue('')"}
                """, $"discoveryURL: {rich.DiscoveryUrl}, audienceMatchPolicy: MatchAny,"));
        await using var server = await StartAsync();

        var one = await WhoAsync(server, plain.TokenOf("\"sub\":\"ann\",\"role\":\"dev\""));
        var other = await WhoAsync(server, rich.TokenOf("\"email\":\"ann@example.com\",\"email_verified\":true,\"roles\":\"dev,ops\",\"number\":7,\"tenant\":[\"x\",\"y\"],\"jti\":\"id-1\""));

        Assert.Equal("""{"username":"plain:ann","uid":"ann","groups":["dev","system:authenticated"]}""", one!.ToJsonString());
        Assert.Equal(
            """{"username":"ann@example.com","uid":"7","groups":["rich:dev","rich:ops","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["JTI=id-1"],"example.com/tenant":["x","y"]}}""",
            other!.ToJsonString());
        Assert.Null(await WhoAsync(server, plain.TokenOf("\"sub\":\"ann\"").Replace('.', '_')));
        Assert.Null(await WhoAsync(server, rich.Token($$"""{"iss":"{{plain.Url}}","aud":"navarch","sub":"ann","exp":9999999999}"""))); // In another's name.
        Assert.Null(await WhoAsync(server, plain.TokenOf("\"sub\":\"ann\"", "a"))); // For whom only the other issuer's may be meant.
        Assert.Equal((2, 2), (plain.Requests, rich.Requests));
    }

    [Fact]
    public async Task Rules_say_of_whom_a_token_is_believed()
    {
        await using var issuer = await TestIssuer.StartAsync(authority);
        Write(Issuer(issuer.Url, "navarch", """
              claimValidationRules:
              - {claim: team, requiredValue: a}
              - {expression: claims.level >= 3, message: the level is too low}
              claimMappings:
                username: {expression: claims.sub}
                groups: {expression: "claims.?groups.orValue([])"}
              userValidationRules:
              - {expression: "!user.username.startsWith('system:')", message: the name is reserved}
              - {expression: "user.groups.all(g, !g.startsWith('system:'))", message: the group is reserved}
            """));
        await using var server = await StartAsync();
        Assert.Equal("ann", (string?)(await WhoAsync(server, issuer.TokenOf(""" "sub":"ann","team":"a","level":3 """)))?["username"]);

        foreach (var (claims, problem) in ((string, string)[])
        [
            (""" "sub":"ann","level":3 """, "the claim team is not what is required"),
            (""" "sub":"ann","team":"a","level":2 """, "validation expression 'claims.level >= 3' failed: the level is too low"),
            (""" "sub":"ann","team":"a" """, "expression 'claims.level >= 3' resulted in error: no such key: level"),
            (""" "sub":"system:admin","team":"a","level":3 """, "failed: the name is reserved"),
            (""" "sub":"ann","team":"a","level":3,"groups":["system:masters"] """, "failed: the group is reserved"),
            (""" "sub":"","team":"a","level":3 """, "makes no text, or an empty one"),
            (""" "sub":"ann","team":"a","level":3,"groups":[1] """, "expression must return a string or a list of strings"),
        ])
        {
            Assert.DoesNotContain(problem, server.Logged, StringComparison.Ordinal);
            Assert.Null(await WhoAsync(server, issuer.TokenOf(claims)));
            Assert.Contains(problem, server.Logged, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_changed_file_takes_effect_while_the_server_runs_and_one_that_is_wrong_changes_nothing()
    {
        await using var issuer = await TestIssuer.StartAsync(authority);
        var token = issuer.TokenOf("\"sub\":\"ann\"");
        Write();
        await using var server = await StartAsync();
        Assert.Null(await WhoAsync(server, token));

        Write(Issuer(issuer.Url, "navarch", Name("a:")));
        await UntilAsync(async () => (string?)(await WhoAsync(server, token))?["username"] == "a:ann");

        Write(Issuer(issuer.Url.Replace("https", "http", StringComparison.Ordinal), "navarch", Name("b:")));
        await UntilAsync(async () => (string?)(await WhoAsync(server, token))?["username"] == "a:ann" && server.Logged.Contains("URL scheme must be https", StringComparison.Ordinal));

        Write(Issuer(issuer.Url, "navarch", Name("bee:")));
        await UntilAsync(async () => (string?)(await WhoAsync(server, token))?["username"] == "bee:ann");

        Write();
        await UntilAsync(async () => await WhoAsync(server, token) is null);
    }

    [Fact]
    public async Task Issuers_that_stay_need_not_be_reached_when_others_come()
    {
        var issuer = await TestIssuer.StartAsync(authority);
        var (before, after) = (issuer.TokenOf("\"sub\":\"ann\""), issuer.TokenOf("\"sub\":\"bob\""));
        Write(Issuer(issuer.Url, "navarch", Name("a:")));
        await using var server = await StartAsync();
        Assert.NotNull(await WhoAsync(server, before));
        await issuer.DisposeAsync();

        Write(Issuer(issuer.Url, "navarch", Name("a:")), Issuer("https://new.example.com", "navarch", Name("n:")));
        await UntilAsync(async () => await WhoAsync(server, before) is not null && server.Logged.Contains("names 2 issuers", StringComparison.Ordinal));

        Assert.Equal("a:bob", (string?)(await WhoAsync(server, after))?["username"]);
    }

    [Fact]
    public async Task A_file_says_where_who_brings_no_credentials_may_go()
    {
        WriteText("anonymous: {enabled: true, conditions: [{path: /version}]}");
        await using var server = await StartAsync();
        var nobody = server.ClientOf(null);
        Assert.Equal((200, 401), await CodesAsync());

        WriteText("anonymous: {enabled: true}");
        await UntilAsync(async () => await CodesAsync() == (200, 403));

        WriteText("anonymous: {enabled: false}");
        await UntilAsync(async () => await CodesAsync() == (401, 401));

        WriteText("");
        await UntilAsync(async () => await CodesAsync() == (200, 401));

        async Task<(int, int)> CodesAsync() => ((await nobody.AskAsync("/version")).Code, (await nobody.AskAsync("/api/v1/pods")).Code);
    }

    [Fact]
    public void What_an_option_says_of_anonymous_a_file_may_not_say_too()
    {
        WriteText("anonymous: {enabled: true}");
        var config = AuthenticationConfig.Default with { File = FilePath, AnonymousIsChosen = true };

        var refused = Assert.Throws<InvalidDataException>(() => new OidcAuthenticator(config, [], TimeProvider.System, NullLogger.Instance));

        Assert.Contains("--anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("url: https://i.example.com", "url: http://i.example.com", "jwt[0].issuer.url: Invalid value: \"http://i.example.com\": URL scheme must be https")]
    [InlineData("url: https://i.example.com", "url: ''", "jwt[0].issuer.url: Required value")]
    [InlineData("url: https://i.example.com", "url: https://a:b@i.example.com", "URL must not contain a username or password")]
    [InlineData("url: https://i.example.com", "url: https://i.example.com?a=b", "URL must not contain a query")]
    [InlineData("url: https://i.example.com", "url: https://own.example.com", "URL must not overlap with disallowed issuers: [https://own.example.com]")]
    [InlineData("url: https://i.example.com", "url: https://i.example.com, discoveryURL: 'https://i.example.com/'", "jwt[0].issuer.discoveryURL: Invalid value: \"https://i.example.com/\": discoveryURL must be different from URL")]
    [InlineData("audiences: [navarch]", "audiences: []", "jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required")]
    [InlineData("audiences: [navarch]", "audiences: [a, a]", "jwt[0].issuer.audiences[1]: Duplicate value: \"a\"")]
    [InlineData("audiences: [navarch]", "audiences: [a, b]", "jwt[0].issuer.audienceMatchPolicy: Invalid value: \"\": audienceMatchPolicy must be MatchAny for multiple audiences")]
    [InlineData("audiences: [navarch]", "audiences: [a], certificateAuthority: x", "jwt[0].issuer.certificateAuthority: Invalid value: \"<omitted>\"")]
    [InlineData("audiences: [navarch]", "audiences: [a], audience: b", "jwt[0].issuer.audience: unknown field")]
    [InlineData("audiences: [navarch]", "audiences: [a], egressSelectorType: cluster", "jwt[0].issuer.egressSelectorType: this server connects to issuers directly")]
    [InlineData("{claim: sub, prefix: 'a:'}", "{claim: sub}", "jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing")]
    [InlineData("{claim: sub, prefix: 'a:'}", "{}", "jwt[0].claimMappings.username: Required value: claim or expression is required")]
    [InlineData("{claim: sub, prefix: 'a:'}", "{claim: sub, expression: claims.sub}", "jwt[0].claimMappings.username: Invalid value: \"\": claim and expression can't both be set")]
    [InlineData("{claim: sub, prefix: 'a:'}", "{expression: claims.sub, prefix: ''}", "jwt[0].claimMappings.username.prefix: Invalid value: \"\": may not be specified when expression is set")]
    [InlineData("{claim: sub, prefix: 'a:'}", "{expression: user.name}", "jwt[0].claimMappings.username.expression: Invalid value: \"user.name\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'user'")]
    [InlineData("{claim: sub, prefix: 'a:'}", "{expression: claims.email}", "jwt[0].claimMappings.username.expression: Invalid value: \"claims.email\": claims.email_verified must be used in claimMappings.username.expression or")]
    [InlineData("{claim: sub, prefix: 'a:'}", "{expression: \"[1].map(x, {'a': claims.?email})[0].a.orValue('')\"}", "claims.email_verified must be used in")]
    [InlineData("extra: []", "extra: [{key: foo, valueExpression: claims.sub}]", "jwt[0].claimMappings.extra[0].key: Invalid value: \"foo\": must be a domain-prefixed path (such as \"acme.io/foo\")")]
    [InlineData("extra: []", "extra: [{key: a.io/Foo, valueExpression: claims.sub}]", "jwt[0].claimMappings.extra[0].key: Invalid value: \"a.io/Foo\": must be lowercase")]
    [InlineData("extra: []", "extra: [{key: a.k8s.io/foo, valueExpression: claims.sub}]", "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use")]
    [InlineData("extra: []", "extra: [{key: a.io/foo}]", "jwt[0].claimMappings.extra[0].valueExpression: Required value")]
    [InlineData("claimValidationRules: []", "claimValidationRules: [{claim: a, message: nope}]", "jwt[0].claimValidationRules[0].message: Invalid value: \"nope\": may not be specified when claim is set")]
    [InlineData("claimValidationRules: []", "claimValidationRules: [{expression: claims.a}]", "jwt[0].claimValidationRules[0].expression: Invalid value: \"claims.a\": must evaluate to bool")]
    [InlineData("claimValidationRules: []", "claimValidationRules: [{claim: a}, {claim: a}]", "jwt[0].claimValidationRules[1].claim: Duplicate value: \"a\"")]
    [InlineData("userValidationRules: []", "userValidationRules: [{expression: user.name == ''}]", "jwt[0].userValidationRules[0].expression: Invalid value: \"user.name == ''\": compilation failed: ERROR: <input>:1:5: undefined field 'name'")]
    [InlineData("userValidationRules: []", "userValidationRules: []\nanonymous: {enabled: false, conditions: [{path: /a}]}", "anonymous.conditions: Invalid value: [{\"path\":\"/a\"}]: enabled should be set to true when conditions are defined")]
    [InlineData("kind: AuthenticationConfiguration", "kind: AuthorizationConfiguration", "it must have apiVersion apiserver.config.k8s.io/v1 and kind AuthenticationConfiguration")]
    public void A_file_is_held_to_the_rules(string right, string wrong, string problem)
    {
        const string Whole = """
            apiVersion: apiserver.config.k8s.io/v1beta1
            kind: AuthenticationConfiguration
            jwt:
            - issuer: {url: https://i.example.com, audiences: [navarch]}
              claimValidationRules: []
              claimMappings:
                username: {claim: sub, prefix: 'a:'}
                extra: []
              userValidationRules: []
            """;
        Assert.Contains(right, Whole, StringComparison.Ordinal);
        File.WriteAllText(FilePath, Whole);
        AuthenticationFile.Load(FilePath, ["https://own.example.com"]);

        File.WriteAllText(FilePath, Whole.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => AuthenticationFile.Load(FilePath, ["https://own.example.com"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claimValidationRules: [{expression: claims.email_verified == true}]", "")]
    [InlineData("", "extra: [{key: example.com/verified, valueExpression: \"string(claims.?email_verified.orValue(false))\"}]")]
    public void An_address_of_mail_may_be_the_name_of_a_user_where_the_file_asks_whether_it_is_verified(string rules, string extra)
    {
        Write(Issuer("https://i.example.com", "navarch", $$"""
              {{rules}}
              claimMappings:
                username: {expression: claims.email}
                {{extra}}
            """));

        Assert.Single(AuthenticationFile.Load(FilePath, []).Issuers);
    }

    private static string Name(string prefix) => $$"""
          claimMappings:
            username: {claim: sub, prefix: "{{prefix}}"}
        """;

    private string Issuer(string url, string audiences, string rest, string more = "") => $$"""
        - issuer: {url: {{url}}, audiences: [{{audiences}}], {{more}} certificateAuthority: "{{authority.Certificate.ExportCertificatePem().ReplaceLineEndings("\\n")}}"}
        {{rest}}
        """;

    private void Write(params string[] issuers) => WriteText(issuers.Length == 0 ? "jwt: []" : "jwt:\n" + string.Join('\n', issuers));

    private void WriteText(string text) => File.WriteAllText(FilePath, $"apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n{text}\n");

    private Task<TestServer> StartAsync() => TestServer.StartAsync(config => config with { Authentication = config.Authentication with { File = FilePath } });

    /// <summary>Whom the server takes the holder of a token for; null for nobody.</summary>
    private static async Task<JsonNode?> WhoAsync(TestServer server, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews");
        request.Content = new StringContent("""{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}""", new MediaTypeHeaderValue("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await server.ClientOf(null).SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains((int)answer.StatusCode, (int[])[201, 401]);
        return (int)answer.StatusCode == 401 ? null : JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["status"]!["userInfo"];
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
