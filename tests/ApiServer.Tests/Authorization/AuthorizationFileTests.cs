using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authorization;

public sealed class AuthorizationFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("navarch-authorizers-").FullName;
    private readonly TestAuthority authority = new("webhook-ca");

    private string FilePath => Path.Combine(folder, "authorizers.yaml");

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_webhook_is_asked_only_about_what_its_conditions_hold_for()
    {
        var questions = new List<JsonNode>();
        await using var hook = await HookAsync(question =>
        {
            questions.Add(question.DeepClone());
            return """{"allowed":true}""";
        });
        Write(Webhook(hook, "hook", conditions: """
                - expression: has(request.resourceAttributes)
                - expression: request.resourceAttributes.namespace == 'shop' && request.resourceAttributes.name == ''
                - expression: "!('system:nodes' in request.groups) && request.user == 'ann' && request.extra.size() >= 0 && request.uid == ''"
                - expression: >-
                    !has(request.resourceAttributes.labelSelector) ||
                    request.resourceAttributes.labelSelector.requirements.exists(r, r.key == 'app' && r.operator == 'In' && r.values == ['web'])
            """), Rbac);
        await using var server = await StartAsync();
        var (ann, bob) = (Client(server, "ann"), Client(server, "bob"));

        Assert.Equal(200, (await ann.AskAsync("/api/v1/namespaces/shop/pods")).Code);
        Assert.Equal(200, (await ann.AskAsync("/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb&fieldSelector=spec.nodeName%21%3Da")).Code);
        Assert.Equal(403, (await ann.AskAsync("/api/v1/namespaces/shop/pods?labelSelector=app%3Ddb")).Code);
        Assert.Equal(403, (await ann.AskAsync("/api/v1/namespaces/shop/pods/a")).Code);
        Assert.Equal(403, (await ann.AskAsync("/api/v1/namespaces/bank/pods")).Code);
        Assert.Equal(403, (await bob.AskAsync("/api/v1/namespaces/shop/pods")).Code);
        Assert.Equal(403, (await ann.AskAsync("/metrics")).Code);
        Assert.Equal(2, questions.Count);
        Assert.Equal(
            """{"requirements":[{"key":"spec.nodeName","operator":"NotIn","values":["a"]}]}""", questions[1]["spec"]!["resourceAttributes"]!["fieldSelector"]!.ToJsonString());
        Assert.Equal(
            """{"requirements":[{"key":"app","operator":"In","values":["web"]}]}""", questions[1]["spec"]!["resourceAttributes"]!["labelSelector"]!.ToJsonString());
    }

    [Theory]
    [InlineData("Deny", 500, 500)]
    [InlineData("NoOpinion", 200, 200)]
    public async Task What_a_webhook_does_not_answer_its_policy_decides(string policy, int unanswered, int unmatched)
    {
        await using var silent = await JsonListener.StartAsync(authority, static (_, http) => http.Response.WriteAsync("garbage"));
        Write(
            Webhook(silent, "unmatched", policy, conditions: "    - expression: request.resourceAttributes.namespace == 'x' && request.user == 'bob'"),
            Webhook(silent, "silent", policy, conditions: "    - expression: request.user == 'ann'"),
            "- {type: AlwaysAllow, name: alwaysallow}");
        await using var server = await StartAsync();

        var answer = await Client(server, "ann").AskAsync("/api/v1/pods");
        Assert.Equal(unanswered, answer.Code);
        Assert.Equal(unmatched, (await Client(server, "bob").AskAsync("/version")).Code);
        if (unanswered == 500)
        {
            Assert.Equal("Internal error occurred: the authorization webhook \"silent\" gave no answer", answer.Message);
        }
    }

    [Fact]
    public async Task Several_webhooks_are_asked_in_order_each_in_its_version_and_each_for_as_long_as_it_may_take()
    {
        var asked = new List<string>();
        await using var slow = await JsonListener.StartAsync(authority, static (_, http) => Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted));
        await using var old = await HookAsync(question =>
        {
            asked.Add($"{question["apiVersion"]} {question["spec"]!["group"]!.ToJsonString()} {question["spec"]!["groups"] is null}");
            return """{"allowed":false,"reason":"never heard of"}""";
        });
        await using var current = await HookAsync(question =>
        {
            asked.Add($"{question["apiVersion"]} {question["spec"]!["groups"]!.ToJsonString()}");
            return """{"allowed":false,"denied":true,"reason":"no"}""";
        });
        Write(Webhook(slow, "slow", timeout: "100ms"), Webhook(old, "old", version: "v1beta1"), Webhook(current, "current"), "- {type: AlwaysAllow, name: alwaysallow}");
        await using var server = await StartAsync();

        var answer = await Client(server, "ann").AskAsync("/version");

        Assert.Equal((403, "forbidden: User \"ann\" cannot get path \"/version\": no"), (answer.Code, answer.Message));
        Assert.Equal(["authorization.k8s.io/v1beta1 [\"system:authenticated\"] True", "authorization.k8s.io/v1 [\"system:authenticated\"]"], asked);
    }

    [Fact]
    public async Task A_webhook_is_shown_the_token_that_its_kubeconfig_leads_to()
    {
        await using var hook = await JsonListener.StartAsync(authority, static (_, http) =>
            http.Response.WriteAsync($$"""{"status":{"allowed":{{(http.Request.Headers.Authorization == "Bearer of-a-file" ? "true" : "false")}} } }"""));
        Write(Webhook(hook, "hook"));
        File.WriteAllText(Path.Combine(folder, "token"), "of-a-file\n");
        var kubeconfig = Path.Combine(folder, "hook.conf");
        File.WriteAllText(kubeconfig, File.ReadAllText(kubeconfig).Replace("user: {}", "user: {tokenFile: token}", StringComparison.Ordinal));
        await using var server = await StartAsync();

        Assert.Equal(200, (await Client(server, "ann").AskAsync("/api/v1/pods")).Code);
    }

    [Fact]
    public async Task An_answer_that_is_not_to_be_remembered_is_asked_for_each_time()
    {
        await using var hook = await HookAsync(static question => (string)question["spec"]!["user"]! == "ann" ? """{"allowed":true}""" : """{"allowed":false}""");
        Write(Webhook(hook, "hook", more: "    cacheUnauthorizedRequests: false"), Rbac);
        await using var server = await StartAsync();

        foreach (var client in (HttpClient[])[Client(server, "ann"), Client(server, "bob")])
        {
            await client.AskAsync("/api/v1/pods");
            await client.AskAsync("/api/v1/pods");
        }

        Assert.Equal(3, hook.Requests);
    }

    [Fact]
    public async Task A_changed_file_takes_effect_while_the_server_runs_and_one_that_is_wrong_changes_nothing()
    {
        await using var hook = await HookAsync(static _ => """{"allowed":true}""");
        Write(Rbac);
        await using var server = await StartAsync();
        var ann = Client(server, "ann");
        Assert.Equal(403, (await ann.AskAsync("/api/v1/pods")).Code);

        Write(Rbac, Webhook(hook, "hook"));
        await UntilAsync(async () => (await ann.AskAsync("/api/v1/pods")).Code == 200);

        Write(Rbac, "- {type: Webhook, name: hook}");
        await UntilAsync(async () => (await ann.AskAsync("/api/v1/pods")).Code == 200 && server.Logged.Contains("authorizers[1].webhook: Required value: required when type=Webhook", StringComparison.Ordinal));

        Write(Webhook(hook, "hook"));
        await UntilAsync(async () => (await ann.AskAsync("/api/v1/pods")).Code == 200 && server.Logged.Contains("missing required types: [RBAC]", StringComparison.Ordinal));

        Write(Rbac);
        await UntilAsync(async () => (await ann.AskAsync("/api/v1/pods")).Code == 403);
    }

    [Theory]
    [InlineData("authorizers: []", "authorizers: Required value: at least one authorization mode must be defined")]
    [InlineData("authorizers: x", "authorizers: must be a list")]
    [InlineData("authorizers: [{type: RBAC, name: rbac}]\nother: 1", "other: unknown field")]
    [InlineData("authorizers: [{type: RBAC, name: rbac, name: b}]", "Duplicate property 'name'")]
    [InlineData("authorizers: [{name: a}]", "authorizers[0].type: Required value")]
    [InlineData("authorizers: [{type: ABAC, name: abac}]", "authorizers[0].type: Unsupported value: \"ABAC\": supported values: \"AlwaysAllow\", \"AlwaysDeny\", \"Node\", \"RBAC\", \"Webhook\"")]
    [InlineData("authorizers: [{type: RBAC, name: rbac}, {type: RBAC, name: b}]", "authorizers[1].type: Duplicate value: \"RBAC\"")]
    [InlineData("authorizers: [{type: RBAC}]", "authorizers[0].name: Required value")]
    [InlineData("authorizers: [{type: RBAC, name: roles}]", "expected name rbac for authorizer RBAC instead of roles")]
    [InlineData("authorizers: [{type: Webhook, name: A_b}]", "authorizers[0].name: Invalid value: \"A_b\": authorizer name is invalid: a lowercase RFC 1123 subdomain must")]
    [InlineData("authorizers: [{type: RBAC, name: rbac, webhook: {}}]", "authorizers[0].webhook: Invalid value: \"non-null\": may only be specified when type=Webhook")]
    public void A_file_is_held_to_the_rules(string text, string problem)
    {
        File.WriteAllText(FilePath, "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n" + text);

        Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => AuthorizationFile.Load(FilePath)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("timeout: 30s", "timeout: 0s", "authorizers[0].webhook.timeout: Required value")]
    [InlineData("timeout: 30s", "timeout: 31s", "authorizers[0].webhook.timeout: Invalid value: \"31s\": must be > 0s and <= 30s")]
    [InlineData("timeout: 30s", "timeout: soon", "authorizers[0].webhook.timeout: time: invalid duration \"soon\"")]
    [InlineData("timeout: 30s", "timeout: 30s\n    authorizedTTL: -1s", "authorizers[0].webhook.authorizedTTL: Invalid value: \"-1s\": must be > 0s")]
    [InlineData("timeout: 30s", "timeout: 30s\n    retries: 3", "authorizers[0].webhook.retries: unknown field")]
    [InlineData("subjectAccessReviewVersion: v1\n", "subjectAccessReviewVersion: v2\n", "authorizers[0].webhook.subjectAccessReviewVersion: Unsupported value: \"v2\": supported values: \"v1\", \"v1beta1\"")]
    [InlineData("matchConditionSubjectAccessReviewVersion: v1", "matchConditions: [{expression: 'true'}]", "authorizers[0].webhook.matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified")]
    [InlineData("failurePolicy: NoOpinion", "failurePolicy: Fail", "authorizers[0].webhook.failurePolicy: Unsupported value: \"Fail\": supported values: \"Deny\", \"NoOpinion\"")]
    [InlineData("type: KubeConfigFile", "type: InClusterConfig", "authorizers[0].webhook.connectionInfo.type: Invalid value: \"InClusterConfig\": this server runs outside of pods")]
    [InlineData("kubeConfigFile: /", "kubeConfigFile: tmp/", "must be an absolute path")]
    [InlineData("kubeConfigFile: /", "kubeConfigFile: /nowhere/", "error loading file: stat /nowhere/")]
    [InlineData("timeout: 30s", "timeout: 30s\n    matchConditions: [{expression: 'request.user'}]", "authorizers[0].webhook.matchConditions[0].expression: Invalid value: \"request.user\": must evaluate to bool but got string")]
    [InlineData("timeout: 30s", "timeout: 30s\n    matchConditions: [{expression: 'request.name == \"a\"'}]", "authorizers[0].webhook.matchConditions[0].expression: Invalid value: \"request.name == \\\"a\\\"\": compilation failed: ERROR: <input>:1:8: undefined field 'name'")]
    [InlineData("timeout: 30s", "timeout: 30s\n    matchConditions: [{expression: 'true'}, {expression: 'true'}]", "authorizers[0].webhook.matchConditions[1].expression: Duplicate value: \"true\"")]
    public void A_webhook_of_a_file_is_held_to_the_rules(string right, string wrong, string problem)
    {
        var kubeconfig = Path.Combine(folder, "hook.conf");
        File.WriteAllText(kubeconfig, "");
        var text = Webhook(kubeconfig, "hook");
        Assert.Contains(right, text, StringComparison.Ordinal);
        Write(text);
        AuthorizationFile.Load(FilePath);

        Write(text.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => AuthorizationFile.Load(FilePath)).Message, StringComparison.Ordinal);
    }

    private const string Rbac = "- {type: RBAC, name: rbac}";

    private void Write(params string[] authorizers) =>
        File.WriteAllText(FilePath, $"apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\nauthorizers:\n{string.Join('\n', authorizers)}\n");

    private string Webhook(
        JsonListener hook, string name, string policy = "NoOpinion", string conditions = "", string version = "v1", string timeout = "30s", string more = "")
    {
        var kubeconfig = Path.Combine(folder, name + ".conf");
        var trusted = Convert.ToBase64String(Encoding.ASCII.GetBytes(authority.Certificate.ExportCertificatePem()));
        File.WriteAllText(kubeconfig, $$"""
            current-context: c
            clusters: [{name: h, cluster: {server: "{{hook.Address}}authorize", certificate-authority-data: {{trusted}} } }]
            users: [{name: u, user: {} }]
            contexts: [{name: c, context: {cluster: h, user: u} }]
            """);
        return Webhook(kubeconfig, name, policy, conditions, version, timeout, more);
    }

    private static string Webhook(
        string kubeconfig, string name, string policy = "NoOpinion", string conditions = "", string version = "v1", string timeout = "30s", string more = "") => $$"""
        - type: Webhook
          name: {{name}}
          webhook:
            timeout: {{timeout}}
            subjectAccessReviewVersion: {{version}}
            matchConditionSubjectAccessReviewVersion: v1
            failurePolicy: {{policy}}
            connectionInfo:
              type: KubeConfigFile
              kubeConfigFile: {{kubeconfig}}
        """ + (conditions.Length > 0 ? "\n    matchConditions:\n" + conditions : "") + (more.Length > 0 ? "\n" + more : "");

    private Task<JsonListener> HookAsync(Func<JsonNode, string> decide) => JsonListener.StartAsync(authority, async (_, http) =>
    {
        using var reader = new StreamReader(http.Request.Body);
        var question = JsonNode.Parse(await reader.ReadToEndAsync())!;
        question["status"] = JsonNode.Parse(decide(question));
        await http.Response.WriteAsync(question.ToJsonString());
    });

    private Task<TestServer> StartAsync() => TestServer.StartAsync(config => config with { AuthorizationFile = FilePath });

    private static HttpClient Client(TestServer server, string user) => server.ClientOf(server.Authority.Client(user));

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
