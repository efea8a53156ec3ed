using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authorization;

public sealed class RoleTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private TestServer Server => shared.Server;

    [Fact]
    public async Task A_role_counts_in_its_namespace_and_from_the_moment_it_is_bound()
    {
        var space = await shared.NamespaceAsync();
        var ann = As("ann");
        var pods = $"/api/v1/namespaces/{space}/pods";
        Assert.Equal(
            $"pods is forbidden: User \"ann\" cannot list resource \"pods\" in API group \"\" in the namespace \"{space}\"",
            (await ann.AskAsync(pods)).Message);

        await RoleAsync(space, "reader", """{"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]}""");
        await BindAsync(space, "ann-reads", "Role", "reader", "User", "ann");

        Assert.Equal(200, (await ann.AskAsync(pods)).Code);
        Assert.Equal(404, (await ann.AskAsync(pods + "/x")).Code);
        Assert.Equal(403, (await ann.AskAsync(pods + "?watch=true")).Code);
        Assert.Equal(403, (await ann.AskAsync(pods + "/x/log")).Code);
        Assert.Equal("pods is forbidden: User \"ann\" cannot list resource \"pods\" in API group \"\" at the cluster scope", (await ann.AskAsync("/api/v1/pods")).Message);
        Assert.Equal(403, (await ann.AskAsync("/api/v1/namespaces/default/pods")).Code);

        await Server.Admin.RemoveAsync($"{Rbac}/namespaces/{space}/rolebindings/ann-reads");
        Assert.Equal(403, (await ann.AskAsync(pods)).Code);
    }

    [Fact]
    public async Task A_cluster_role_counts_where_it_is_bound()
    {
        var space = await shared.NamespaceAsync();
        await ClusterRoleAsync("node-reader", """{"verbs":["get","list"],"apiGroups":[""],"resources":["nodes","configmaps"]}""");
        await BindAsync(space, "local", "ClusterRole", "node-reader", "Group", "locals");
        await BindAsync("", "global", "ClusterRole", "node-reader", "Group", "globals");
        var (local, global) = (As("l", "locals"), As("g", "globals"));

        Assert.Equal(200, (await local.AskAsync($"/api/v1/namespaces/{space}/configmaps")).Code);
        Assert.Equal(403, (await local.AskAsync("/api/v1/nodes")).Code);
        Assert.Equal(200, (await global.AskAsync("/api/v1/nodes")).Code);
        Assert.Equal(200, (await global.AskAsync("/api/v1/configmaps")).Code);
        Assert.Equal(200, (await global.AskAsync($"/api/v1/namespaces/{space}/configmaps")).Code);
    }

    [Fact]
    public async Task Names_of_objects_narrow_a_rule()
    {
        var space = await shared.NamespaceAsync();
        await RoleAsync(space, "one", """{"verbs":["*"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"]}""");
        await BindAsync(space, "one", "Role", "one", "User", "owen");
        var owen = As("owen");
        var maps = $"/api/v1/namespaces/{space}/configmaps";

        Assert.Equal(404, (await owen.AskAsync(maps + "/mine")).Code);
        Assert.Equal(403, (await owen.AskAsync(maps + "/yours")).Code);
        Assert.Equal(403, (await owen.AskAsync(maps)).Code);
        Assert.Equal(200, (await owen.AskAsync(maps + "?fieldSelector=metadata.name%3Dmine")).Code);
        Assert.Equal(403, (await owen.AskAsync(maps + "?fieldSelector=metadata.name!%3Dmine")).Code);
        Assert.Equal(403, (await owen.PostAsync(maps, """{"metadata":{"name":"mine"}}""")).Code);
    }

    [Fact]
    public async Task Subresources_are_rights_of_their_own()
    {
        var space = await shared.NamespaceAsync();
        await RoleAsync(space, "scaler", """{"verbs":["get"],"apiGroups":["*"],"resources":["*/scale"]},{"verbs":["get"],"apiGroups":[""],"resources":["pods/log"]}""");
        await BindAsync(space, "scaler", "Role", "scaler", "User", "sue");
        var sue = As("sue");
        var apps = $"/apis/apps/v1/namespaces/{space}/deployments/x";

        Assert.Equal(404, (await sue.AskAsync(apps + "/scale")).Code);
        Assert.Equal(403, (await sue.AskAsync(apps)).Code);
        Assert.Equal(403, (await sue.AskAsync(apps + "/status")).Code);
        Assert.Equal(404, (await sue.AskAsync($"/api/v1/namespaces/{space}/pods/x/log")).Code);
        Assert.Equal(403, (await sue.AskAsync($"/api/v1/namespaces/{space}/pods/x")).Code);
    }

    [Fact]
    public async Task Paths_are_granted_one_by_one_or_below_a_star()
    {
        await ClusterRoleAsync("paths", """{"verbs":["get"],"nonResourceURLs":["/metrics","/logs/*"]}""");
        await BindAsync("", "paths", "ClusterRole", "paths", "User", "pat");
        var pat = As("pat");

        Assert.Equal(200, (await pat.AskAsync("/metrics")).Code);
        Assert.Equal(404, (await pat.AskAsync("/logs/x/y")).Code);
        Assert.Equal("forbidden: User \"pat\" cannot get path \"/logs\"", (await pat.AskAsync("/logs")).Message);
        Assert.Equal(403, (await pat.AskAsync("/metrics/slis")).Code);
        Assert.Equal(403, (await pat.PostAsync("/metrics", "")).Code);
    }

    [Fact]
    public async Task Who_is_promised_a_role_that_is_not_there_is_told_so()
    {
        var space = await shared.NamespaceAsync();
        await BindAsync(space, "early", "Role", "later", "User", "eli");
        var eli = As("eli");

        Assert.Equal(
            $"pods is forbidden: User \"eli\" cannot list resource \"pods\" in API group \"\" in the namespace \"{space}\": RBAC: role.rbac.authorization.k8s.io \"later\" not found",
            (await eli.AskAsync($"/api/v1/namespaces/{space}/pods")).Message);

        await RoleAsync(space, "later", """{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}""");
        Assert.Equal(200, (await eli.AskAsync($"/api/v1/namespaces/{space}/pods")).Code);
    }

    [Fact]
    public async Task An_account_of_a_binding_is_of_its_namespace_where_none_is_said()
    {
        var space = await shared.NamespaceAsync();
        await Server.Admin.PostAsync($"/api/v1/namespaces/{space}/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        var token = await Server.Admin.PostAsync($"/api/v1/namespaces/{space}/serviceaccounts/robot/token", "{}");
        var robot = Server.ClientOf(null);
        robot.DefaultRequestHeaders.Authorization = new("Bearer", (string)token.Json["status"]!["token"]!);
        Assert.Equal(403, (await robot.AskAsync($"/api/v1/namespaces/{space}/pods")).Code);

        var binding = """{"metadata":{"name":"robot"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"ServiceAccount","name":"robot"}]}""";
        Assert.Equal(201, (await Server.Admin.PostAsync($"{Rbac}/namespaces/{space}/rolebindings", binding)).Code);

        Assert.Equal(200, (await robot.AskAsync($"/api/v1/namespaces/{space}/pods")).Code);
        Assert.Equal(403, (await robot.AskAsync($"/api/v1/namespaces/{space}/secrets")).Code);
        Assert.Equal(200, (await robot.AskAsync("/openid/v1/jwks")).Code);
    }

    [Fact]
    public async Task View_edit_and_admin_differ_as_people_expect()
    {
        var space = await shared.NamespaceAsync();
        foreach (var role in (string[])["view", "edit", "admin"])
        {
            await BindAsync(space, role, "ClusterRole", role, "User", "the-" + role);
        }

        var (view, edit, admin) = (As("the-view"), As("the-edit"), As("the-admin"));
        var (maps, secrets, roles) = ($"/api/v1/namespaces/{space}/configmaps", $"/api/v1/namespaces/{space}/secrets", $"{Rbac}/namespaces/{space}/roles");
        Assert.Equal((200, 403, 403), ((await view.AskAsync(maps)).Code, (await view.AskAsync(secrets)).Code, (await view.PostAsync(maps, """{"metadata":{"name":"a"}}""")).Code));
        Assert.Equal((200, 201, 403), ((await edit.AskAsync(secrets)).Code, (await edit.PostAsync(maps, """{"metadata":{"name":"a"}}""")).Code, (await edit.AskAsync(roles)).Code));
        Assert.Equal((200, 403), ((await admin.AskAsync(roles)).Code, (await admin.AskAsync("/api/v1/nodes")).Code));
    }

    [Theory]
    [InlineData("/api/v1/namespaces/{0}/pods/../secrets")]
    [InlineData("/api/v1/namespaces/{0}/pods/%2e%2e/secrets")]
    [InlineData("/api/v1/namespaces/{0}//secrets")]
    [InlineData("//api/v1/namespaces/{0}/secrets")]
    [InlineData("/api/v1/namespaces/{0}/pods/..%2fsecrets")]
    [InlineData("/api/v1/namespaces/{0}/pods%2f..%2fsecrets")]
    [InlineData("/version/../api/v1/namespaces/{0}/secrets")]
    [InlineData("/api/../api/v1/secrets")]
    [InlineData("/openapi/%2e%2e/api/v1/secrets")]
    [InlineData("/api/v1/namespaces/{0}/secrets/")]
    [InlineData("/api/v1/namespaces/{0}/pods/x/log/../../../secrets")]
    [InlineData("/api/v1/watch/namespaces/{0}/secrets")]
    [InlineData("/api/v1/namespaces/{0}/pods;secrets")]
    public async Task No_way_of_writing_a_path_leads_past_the_rules(string path)
    {
        var space = await shared.NamespaceAsync();
        await Server.Admin.PostAsync($"/api/v1/namespaces/{space}/secrets", """{"metadata":{"name":"s"},"stringData":{"k":"hidden"}}""");
        await RoleAsync(space, "pods", """{"verbs":["*"],"apiGroups":["*"],"resources":["pods","pods/log"]}""");
        await BindAsync(space, "pods", "Role", "pods", "User", "mallory");
        var mallory = As("mallory");

        var answer = await RawAsync(mallory, string.Format(null, path, space));

        Assert.Contains(answer.Code, (int[])[301, 400, 403, 404]);
        Assert.DoesNotContain("aGlkZGVu", answer.Text);
    }

    [Fact]
    public async Task Someone_without_any_credentials_is_asked_for_them() =>
        Assert.Equal((401, "Unauthorized"), (await Server.ClientOf(null).AskAsync("/api/v1/pods") is var answer ? (answer.Code, answer.Message) : default));

    [Fact]
    public async Task An_aggregated_role_is_for_the_cluster_admin_to_define()
    {
        var tom = As("tom");
        await ClusterRoleAsync("role-writer", """{"verbs":["*"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":[]},{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""");
        await ClusterRoleAsync("role-writer-only", """{"verbs":["create","update","patch","get"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]},{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""");
        await BindAsync("", "tom", "ClusterRole", "role-writer-only", "User", "tom");

        var refused = await tom.PostAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"agg"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}""");
        Assert.Equal((403, "clusterroles.rbac.authorization.k8s.io \"agg\" is forbidden: must have cluster-admin privileges to use the aggregationRule"), (refused.Code, refused.Message));
        Assert.Equal(201, (await tom.PostAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"fine"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""")).Code);

        var relabelled = await tom.PatchAsync($"{Rbac}/clusterroles/system:node", "merge-patch+json", """{"metadata":{"labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}}}""");
        Assert.Equal(403, relabelled.Code);
    }

    [Fact]
    public async Task Nobody_gives_what_he_does_not_have()
    {
        var space = await shared.NamespaceAsync();
        await RoleAsync(space, "boss", """{"verbs":["*"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"resourceNames":[]}""");
        await RoleAsync(space, "writer", """{"verbs":["create","update","patch","get"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"]},{"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]}""");
        await BindAsync(space, "writer", "Role", "writer", "User", "wendy");
        var wendy = As("wendy", "writers");
        var roles = $"{Rbac}/namespaces/{space}/roles";

        var refused = await wendy.PostAsync(roles, Role("more", """{"verbs":["get","list"],"apiGroups":[""],"resources":["pods","secrets"]},{"verbs":["delete"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"""));
        Assert.Equal(403, refused.Code);
        Assert.Equal(
            "roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"wendy\" (groups=[\"writers\" \"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"pods\"], ResourceNames:[\"a\"], Verbs:[\"delete\"]}\n"
            + "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"list\"]}",
            refused.Message);
        Assert.Equal(201, (await wendy.PostAsync(roles, Role("same", """{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"""))).Code);

        foreach (var type in (string[])["merge-patch+json", "apply-patch+yaml"])
        {
            var query = type[0] == 'a' ? "?fieldManager=w&force=true" : "";
            var body = type[0] == 'a'
                ? """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"same"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}"""
                : """{"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}""";
            Assert.Equal(403, (await wendy.PatchAsync($"{roles}/same{query}", type, body)).Code);
        }

        var bound = await wendy.PostAsync($"{Rbac}/namespaces/{space}/rolebindings", Binding("me", "ClusterRole", "edit", "User", "wendy"));
        Assert.Equal((403, true), (bound.Code, bound.Message.Contains("is attempting to grant RBAC permissions not currently held", StringComparison.Ordinal)));
        var missing = await wendy.PostAsync($"{Rbac}/namespaces/{space}/rolebindings", Binding("me", "ClusterRole", "nothing", "User", "wendy"));
        Assert.Equal((404, "clusterrole.rbac.authorization.k8s.io \"nothing\" not found"), (missing.Code, missing.Message));

        await RoleAsync(space, "binder", """{"verbs":["bind"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["view"]},{"verbs":["escalate"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"resourceNames":["free"]}""");
        await BindAsync(space, "binder", "Role", "binder", "User", "wendy");
        Assert.Equal(201, (await wendy.PostAsync($"{Rbac}/namespaces/{space}/rolebindings", Binding("viewer", "ClusterRole", "view", "User", "x"))).Code);
        Assert.Equal(403, (await wendy.PostAsync($"{Rbac}/namespaces/{space}/rolebindings", Binding("editor", "ClusterRole", "edit", "User", "x"))).Code);
        Assert.Equal(201, (await wendy.PostAsync(roles, Role("free", """{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"""))).Code);
    }

    [Fact]
    public async Task Who_may_change_objects_may_not_make_them_by_changing_what_is_not_there()
    {
        var space = await shared.NamespaceAsync();
        await RoleAsync(space, "changer", """{"verbs":["get","update","patch"],"apiGroups":["","coordination.k8s.io"],"resources":["configmaps","leases"]}""");
        await BindAsync(space, "changer", "Role", "changer", "User", "chris");
        var chris = As("chris");
        const string Applied = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""";
        var maps = $"/api/v1/namespaces/{space}/configmaps";

        var refused = await chris.PatchAsync(maps + "/a?fieldManager=m", "apply-patch+yaml", Applied);
        Assert.Equal(
            (403, $"configmaps \"a\" is forbidden: User \"chris\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"{space}\""), (refused.Code, refused.Message));
        Assert.Equal(403, (await chris.PutAsync($"/apis/coordination.k8s.io/v1/namespaces/{space}/leases/l", """{"metadata":{"name":"l"}}""")).Code);
        await Server.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        Assert.Equal(200, (await chris.PatchAsync(maps + "/a?fieldManager=m", "apply-patch+yaml", Applied)).Code);
    }

    [Fact]
    public async Task Reading_rights_do_not_open_a_shell_over_WebSocket()
    {
        var space = await shared.NamespaceAsync();
        await RoleAsync(space, "looker", """{"verbs":["get"],"apiGroups":[""],"resources":["pods/exec"]}""");
        await BindAsync(space, "looker", "Role", "looker", "User", "lou");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/namespaces/{space}/pods/p/exec?command=sh") { Version = System.Net.HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");

        using var refused = await As("lou").SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("cannot create resource \\\"pods/exec\\\"", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_role_of_a_binding_stays()
    {
        var space = await shared.NamespaceAsync();
        await BindAsync(space, "fixed", "ClusterRole", "view", "User", "x");

        var refused = await Server.Admin.PatchAsync($"{Rbac}/namespaces/{space}/rolebindings/fixed", "merge-patch+json", """{"roleRef":{"name":"edit"}}""");

        Assert.Equal((422, true), (refused.Code, refused.Message.EndsWith("cannot change roleRef", StringComparison.Ordinal)));
    }

    private HttpClient As(string user, params string[] groups) => Server.ClientOf(Server.Authority.Client(user, groups));

    /// <summary>A request whose path nobody tidies up on the way.</summary>
    private static Task<Answer> RawAsync(HttpClient client, string path)
    {
        var uri = new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return SendAsync();

        async Task<Answer> SendAsync()
        {
            using var response = await client.GetAsync(uri, TestContext.Current.CancellationToken);
            return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), "", []);
        }
    }

    private static string Role(string name, string rules) => $$"""{"metadata":{"name":"{{name}}"},"rules":[{{rules}}]}""";

    private static string Binding(string name, string kind, string role, string subject, string who) =>
        $$"""{"metadata":{"name":"{{name}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{kind}}","name":"{{role}}"},"subjects":[{"kind":"{{subject}}","name":"{{who}}"}]}""";

    private async Task RoleAsync(string space, string name, string rules) =>
        Assert.Equal(201, (await Server.Admin.PostAsync($"{Rbac}/namespaces/{space}/roles", Role(name, rules))).Code);

    private async Task ClusterRoleAsync(string name, string rules) => Assert.Equal(201, (await Server.Admin.PostAsync($"{Rbac}/clusterroles", Role(name, rules))).Code);

    private async Task BindAsync(string space, string name, string kind, string role, string subject, string who) => Assert.Equal(201, (await Server.Admin.PostAsync(
        space.Length == 0 ? $"{Rbac}/clusterrolebindings" : $"{Rbac}/namespaces/{space}/rolebindings", Binding(name, kind, role, subject, who))).Code);
}
