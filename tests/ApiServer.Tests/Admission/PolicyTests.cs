using System.Text.Json.Nodes;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

/// <summary>Admission policies, as clients meet them.</summary>
public sealed class PolicyTests
{
    private const string Group = "/apis/admissionregistration.k8s.io/v1/";
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task What_a_policy_does_not_allow_is_refused_in_its_words()
    {
        await using var server = await TestServer.StartAsync();
        await BindAsync(server, "few", """
            "variables":[{"name":"keys","expression":"object.data.map(k, k)"},{"name":"count","expression":"size(variables.keys)"}],
            "validations":[{"expression":"variables.count <= 2"},{"expression":"variables.count != 2","message":"two is bad luck","reason":"Forbidden"},{"expression":"!('x' in variables.keys)","messageExpression":"'no x among ' + variables.keys.join('/')"}]
            """);

        Assert.Equal(201, (await MapAsync(server, "a", """{"k":"v"}""")).Code);
        var many = await MapAsync(server, "b", """{"k":"v","l":"v","m":"v"}""");
        Assert.Equal(
            (422, "Invalid", "configmaps \"b\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: failed expression: variables.count <= 2"),
            (many.Code, many.Reason, many.Message));
        Assert.Equal(many.Message["configmaps \"b\" is forbidden: ".Length..], (string?)many.Json["details"]!["causes"]![0]!["message"]);
        Assert.Equal(
            (403, "Forbidden", "configmaps \"b\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: two is bad luck"),
            await MapAsync(server, "b", """{"k":"v","l":"v"}""") is var two ? (two.Code, two.Reason, two.Message) : default);
        Assert.EndsWith("denied request: no x among x", (await MapAsync(server, "b", """{"x":"v"}""")).Message, StringComparison.Ordinal);

        // Without data the expression fails, and so does the request; a patch and a dry run are held against the policy like everything else.
        Assert.EndsWith("denied request: expression 'variables.count <= 2' resulted in error: composited variable \"count\" fails to evaluate: composited variable \"keys\" fails to evaluate: no such key: data", (await MapAsync(server, "b", null)).Message, StringComparison.Ordinal);
        Assert.Equal(403, (await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"x":"v"}}""")).Code);
        Assert.Equal(422, (await server.Admin.PostAsync(Maps + "?dryRun=All", """{"metadata":{"name":"b"},"data":{"x":"v"}}""")).Code);

        // Nobody is locked out of policies, and one that is gone is gone.
        Assert.Equal(200, (await server.Admin.RemoveAsync(Group + "validatingadmissionpolicybindings/few")).Code);
        Assert.Equal(201, (await MapAsync(server, "b", null)).Code);
    }

    [Fact]
    public async Task Old_and_new_who_asks_and_what_they_may_do_can_be_told()
    {
        await using var server = await TestServer.StartAsync();
        await BindAsync(server, "told", """
            "validations":[
              {"expression":"request.operation != 'UPDATE' || !has(oldObject.data.fixed) || object.data.fixed == oldObject.data.fixed","message":"fixed is fixed"},
              {"expression":"request.operation != 'DELETE' || (object == null && oldObject.metadata.name != 'kept')","message":"kept is kept"},
              {"expression":"request.userInfo.username == 'admin' && 'system:masters' in request.userInfo.groups && request.resource.resource == 'configmaps' && request.namespace == 'default' && request.kind.kind == 'ConfigMap'","message":"who"},
              {"expression":"namespaceObject.metadata.name == 'default'","message":"namespace"},
              {"expression":"authorizer.requestResource.check('update').allowed()","message":"never"}
            ]
            """);
        await BindAsync(server, "rights", """
            "validations":[{"expression":"!authorizer.serviceAccount('default', 'nobody').group('').resource('configmaps').namespace('default').check('create').allowed()"}]
            """);

        Assert.Equal(201, (await MapAsync(server, "kept", """{"fixed":"1"}""")).Code);
        Assert.EndsWith("fixed is fixed", (await server.Admin.PatchAsync(Maps + "/kept", "merge-patch+json", """{"data":{"fixed":"2"}}""")).Message, StringComparison.Ordinal);
        Assert.Equal(200, (await server.Admin.PatchAsync(Maps + "/kept", "merge-patch+json", """{"data":{"other":"2"}}""")).Code);
        Assert.EndsWith("denied request: kept is kept", (await server.Admin.RemoveAsync(Maps + "/kept")).Message, StringComparison.Ordinal);
        Assert.Equal(201, (await MapAsync(server, "a", null)).Code);
        Assert.Equal(200, (await server.Admin.RemoveAsync(Maps + "/a")).Code);
    }

    [Fact]
    public async Task Parameters_are_objects_that_a_binding_names_or_selects()
    {
        await using var server = await TestServer.StartAsync();
        const string Param = "\"paramKind\":{\"apiVersion\":\"v1\",\"kind\":\"Secret\"},";
        await BindAsync(server, "named", Param + "\"validations\":[{\"expression\":\"object.metadata.name in params.metadata.annotations\"}]", "\"paramRef\":{\"name\":\"allowed\",\"parameterNotFoundAction\":\"Deny\"},");
        await BindAsync(server, "chosen", Param + "\"validations\":[{\"expression\":\"object.metadata.name != params.metadata.name\"}]", "\"paramRef\":{\"selector\":{\"matchLabels\":{\"no\":\"way\"}},\"parameterNotFoundAction\":\"Allow\"},");

        Assert.EndsWith(
            "ValidatingAdmissionPolicy 'named' with binding 'named' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
            (await MapAsync(server, "a", null)).Message, StringComparison.Ordinal);
        await server.Admin.PostAsync("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"allowed","annotations":{"a":"","b":""}}}""");
        Assert.Equal(201, (await MapAsync(server, "a", null)).Code);
        Assert.Equal(422, (await MapAsync(server, "c", null)).Code);
        await server.Admin.PostAsync("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"b","labels":{"no":"way"}}}""");
        Assert.EndsWith("'chosen' denied request: failed expression: object.metadata.name != params.metadata.name", (await MapAsync(server, "b", null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_holds_where_its_rules_selectors_and_conditions_say()
    {
        await using var server = await TestServer.StartAsync();
        await BindAsync(server, "some", """
            "matchConditions":[{"name":"not-free","expression":"!object.metadata.name.startsWith('free')"}],"validations":[{"expression":"false"}]
            """, "\"matchResources\":{\"objectSelector\":{\"matchLabels\":{\"judge\":\"me\"}},\"excludeResourceRules\":[{\"apiGroups\":[\"\"],\"apiVersions\":[\"*\"],\"operations\":[\"CREATE\"],\"resources\":[\"configmaps\"],\"resourceNames\":[\"exempt\"]}]},");

        Assert.Equal(201, (await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal(422, (await server.Admin.PostAsync(Maps, """{"metadata":{"name":"b","labels":{"judge":"me"}}}""")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Maps, """{"metadata":{"name":"exempt","labels":{"judge":"me"}}}""")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Maps, """{"metadata":{"name":"free","labels":{"judge":"me"}}}""")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"b","labels":{"judge":"me"}}}""")).Code);
    }

    [Fact]
    public async Task A_policy_that_fails_open_lets_pass_what_it_cannot_judge_and_nothing_burns_the_server()
    {
        await using var server = await TestServer.StartAsync();
        await BindAsync(server, "open", "\"failurePolicy\":\"Ignore\",\"validations\":[{\"expression\":\"object.data.nope == 'x'\"},{\"expression\":\"object.metadata.name != 'bad'\"}]");
        Assert.Equal(201, (await MapAsync(server, "a", """{"k":"v"}""")).Code);
        Assert.Equal(422, (await MapAsync(server, "bad", """{"k":"v"}""")).Code);

        const string Ten = "[1,2,3,4,5,6,7,8,9,10]";
        await BindAsync(server, "burn", $"\"validations\":[{{\"expression\":\"{Ten}.all(a, {Ten}.all(b, {Ten}.all(c, {Ten}.all(d, {Ten}.all(e, {Ten}.all(f, true))))))\"}}]");
        Assert.EndsWith("resulted in error: operation cancelled: actual cost limit exceeded", (await MapAsync(server, "b", """{"k":"v"}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Violations_are_warned_of_and_written_into_the_audit_log()
    {
        var folder = Directory.CreateTempSubdirectory("navarch-audit-").FullName;
        try
        {
            var (policy, log) = (Path.Combine(folder, "policy.yaml"), Path.Combine(folder, "audit.log"));
            await File.WriteAllTextAsync(policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata, resources: [{group: \"\", resources: [configmaps]}]}]", TestContext.Current.CancellationToken);
            await using (var server = await TestServer.StartAsync(config => config with { AuditPolicyFile = policy, AuditLog = new AuditLogConfig(log, 1 << 20, 0, TimeSpan.Zero) }))
            {
                await BindAsync(
                    server, "soft",
                    "\"validations\":[{\"expression\":\"object.metadata.name == 'good'\",\"message\":\"not good\"}],\"auditAnnotations\":[{\"key\":\"name\",\"valueExpression\":\"'is ' + object.metadata.name\"},{\"key\":\"none\",\"valueExpression\":\"null\"}]",
                    actions: "[\"Warn\",\"Audit\"]");
                var created = await MapAsync(server, "a", null);
                Assert.Equal(201, created.Code);
                Assert.Equal(["299 - \"Validation failed for ValidatingAdmissionPolicy 'soft' with binding 'soft': not good\""], created.Warnings);
                Assert.Empty((await MapAsync(server, "good", null)).Warnings);
            }

            var events = (await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Select(static line => JsonNode.Parse(line)!["annotations"]!).ToList();
            Assert.Equal(["is a", "is good"], events.Select(static notes => (string?)notes["soft/name"]));
            Assert.Equal("""[{"message":"not good","policy":"soft","binding":"soft","expressionIndex":0,"validationActions":["Warn","Audit"]}]""", (string?)events[0]["validation.policy.admission.k8s.io/validation_failure"]);
            Assert.Null(events[1]["validation.policy.admission.k8s.io/validation_failure"]);
            Assert.Null(events[0]["soft/none"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_webhook_is_asked_where_its_conditions_hold()
    {
        await using var server = await TestServer.StartAsync();
        const string Hook = """
            {"metadata":{"name":"NAME"},"webhooks":[{"name":"a.example.com","clientConfig":{"url":"https://127.0.0.1:1/"},"sideEffects":"None","admissionReviewVersions":["v1"],"timeoutSeconds":1,"failurePolicy":"POLICY",
            "rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}],"matchConditions":[{"name":"one","expression":"EXPRESSION"},{"name":"two","expression":"object.metadata.name != 'nobody'"}]}]}
            """;
        foreach (var (name, policy, expression) in ((string, string, string)[])
            [("asked", "Fail", "object.metadata.name == 'asked' || request.userInfo.username == 'nobody'"), ("open", "Ignore", "object.metadata.nope == 'x'"), ("closed", "Fail", "object.data.broken == 'x'")])
        {
            var created = await server.Admin.PostAsync(
                Group + "validatingwebhookconfigurations",
                Hook.Replace("NAME", name, StringComparison.Ordinal).Replace("POLICY", policy, StringComparison.Ordinal).Replace("EXPRESSION", expression, StringComparison.Ordinal));
            Assert.Equal(201, created.Code);
        }

        Assert.Equal(201, (await MapAsync(server, "a", """{"broken":"y"}""")).Code);
        Assert.Contains("failed calling webhook \"a.example.com\"", (await MapAsync(server, "asked", """{"broken":"y"}""")).Message, StringComparison.Ordinal);
        var broken = await MapAsync(server, "b", """{"k":"v"}""");
        Assert.Equal((403, "configmaps \"b\" is forbidden: expression 'object.data.broken == 'x'' resulted in error: no such key: broken"), (broken.Code, broken.Message));
        Assert.Equal(201, (await MapAsync(server, "nobody", """{"k":"v"}""")).Code);
    }

    [Fact]
    public async Task Expressions_that_do_not_fit_the_objects_are_warned_of_in_the_status()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Group + "validatingadmissionpolicies", """
            {"metadata":{"name":"p"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["*"],"resources":["deployments","replicasets"]}]},
            "variables":[{"name":"spec","expression":"object.spec"}],
            "validations":[{"expression":"object.spec.replicas < 5 && variables.spec.template.spec.containers.all(c, c.image.startsWith('a'))"},{"expression":"variables.spec.paused == true","messageExpression":"'x' + object.metadata.nmae"}]}}
            """);
        Assert.Equal(201, created.Code);

        JsonNode? status;
        while ((status = (await server.Admin.AskAsync(Group + "validatingadmissionpolicies/p")).Json["status"])?["observedGeneration"] is null)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            [
                ("spec.validations[1].expression", "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:15: undefined field 'paused'\n | variables.spec.paused == true\n | ..............^"),
                ("spec.validations[1].messageExpression", "apps/v1, Kind=Deployment: ERROR: <input>:1:22: undefined field 'nmae'\n | 'x' + object.metadata.nmae\n | .....................^\napps/v1, Kind=ReplicaSet: ERROR: <input>:1:22: undefined field 'nmae'\n | 'x' + object.metadata.nmae\n | .....................^"),
            ],
            status["typeChecking"]!["expressionWarnings"]!.AsArray().Select(static warning => ((string?)warning!["fieldRef"], (string?)warning["warning"])));
    }

    [Fact]
    public async Task A_policy_changes_what_is_stored_by_a_patch_or_by_saying_what_is_to_be()
    {
        await using var server = await TestServer.StartAsync();
        await MutateAsync(server, "labels", "configmaps", """
            {"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{metadata: Object.metadata{labels: {'by': request.userInfo.username}}, data: {'k': 'changed'}}"}},
            {"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 'test', path: '/data/k', value: 'changed'}, JSONPatch{op: 'add', path: '/metadata/annotations', value: {'a/b': 'x'}}, JSONPatch{op: 'replace', path: '/metadata/annotations/' + jsonpatch.escapeKey('a/b'), value: object.data.k}]"}}
            """);
        await MutateAsync(server, "sidecar", "pods", """
            {"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: 'proxy', image: 'proxy:1', restartPolicy: 'Always'}]}}"}}
            """);
        await BindAsync(server, "seen", "\"validations\":[{\"expression\":\"request.operation == 'DELETE' || object.metadata.labels.by == 'admin'\"}]");

        var created = await MapAsync(server, "a", """{"k":"v","l":"w"}""");
        Assert.Equal(201, created.Code);
        Assert.Equal("""{"k":"changed","l":"w"}""", created.Json["data"]!.ToJsonString());
        Assert.Equal(("""{"by":"admin"}""", """{"a/b":"changed"}"""), (created.Json["metadata"]!["labels"]!.ToJsonString(), created.Json["metadata"]!["annotations"]!.ToJsonString()));
        Assert.Equal("changed", (string?)(await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"k":"again"}}""")).Json["data"]!["k"]);
        Assert.Equal(200, (await server.Admin.RemoveAsync(Maps + "/a")).Code);

        var pod = await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"a"},"spec":{"initContainers":[{"name":"own","image":"i"}],"containers":[{"name":"c","image":"i"}]}}""");
        Assert.Equal(["own", "proxy"], pod.Json["spec"]!["initContainers"]!.AsArray().Select(static one => (string?)one!["name"]).Order());
        Assert.NotNull(pod.Json["spec"]!["initContainers"]!.AsArray().Single(static one => (string?)one!["name"] == "proxy")!["imagePullPolicy"]); // Defaults came after the policy.
    }

    [Fact]
    public async Task A_policy_that_cannot_be_followed_refuses_and_leaves_whole_what_is_one()
    {
        await using var server = await TestServer.StartAsync();
        await MutateAsync(server, "whole", "pods", """{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', command: ['sh']}]}}"}}""");
        await MutateAsync(server, "fails", "configmaps", """{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 'remove', path: '/data/' + object.data.which}]"}}""");

        var pod = await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        Assert.Equal(
            "pods \"a\" is forbidden: policy 'whole' with binding 'whole' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers.command",
            pod.Message);
        Assert.EndsWith("resulted in error: no such key: which", (await MapAsync(server, "a", """{"k":"v"}""")).Message, StringComparison.Ordinal);
        Assert.Equal(422, (await MapAsync(server, "a", """{"which":"nope"}""")).Code);
        Assert.Equal("""{"which":"k"}""", (await MapAsync(server, "a", """{"which":"k","k":"v"}""")).Json["data"]!.ToJsonString());
    }

    private static async Task MutateAsync(TestServer server, string name, string resource, string mutations)
    {
        var policy = await server.Admin.PostAsync(
            Group + "mutatingadmissionpolicies",
            $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE","UPDATE"],"resources":["{{{resource}}}"]}]},"reinvocationPolicy":"IfNeeded","mutations":[{{{mutations}}}]}}""");
        Assert.True(policy.Code == 201, policy.Text);
        var bound = await server.Admin.PostAsync(Group + "mutatingadmissionpolicybindings", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"policyName":"{{{name}}}"}}""");
        Assert.True(bound.Code == 201, bound.Text);
    }

    private static Task<Answer> MapAsync(TestServer server, string name, string? data) =>
        server.Admin.PostAsync(Maps, $$$"""{"metadata":{"name":"{{{name}}}"}{{{(data is null ? "" : ",\"data\":" + data)}}}}""");

    /// <summary>Makes a policy about configmaps, and binds it.</summary>
    private static async Task BindAsync(TestServer server, string name, string spec, string binding = "", string actions = "[\"Deny\"]")
    {
        var policy = await server.Admin.PostAsync(
            Group + "validatingadmissionpolicies",
            $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["configmaps"]}]},{{{spec}}}}}""");
        Assert.True(policy.Code == 201, policy.Text);
        var bound = await server.Admin.PostAsync(
            Group + "validatingadmissionpolicybindings", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{ {{{binding}}}"policyName":"{{{name}}}","validationActions":{{{actions}}}}}""");
        Assert.True(bound.Code == 201, bound.Text);
    }
}
