using System.Security.Cryptography.X509Certificates;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authentication;

public sealed class ImpersonationTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private TestServer Server => shared.Server;

    [Fact]
    public async Task Nobody_is_somebody_else_without_the_right_to_be()
    {
        var eve = Server.Authority.Client("eve");

        Assert.Equal("users \"ann\" is forbidden: User \"eve\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", await MessageAsync(eve, ("User", "ann")));
        Assert.Equal(
            "serviceaccounts \"robot\" is forbidden: User \"eve\" cannot impersonate resource \"serviceaccounts\" in API group \"\" in the namespace \"default\"",
            await MessageAsync(eve, ("User", "system:serviceaccount:default:robot")));
        Assert.Equal(403, (await AsAsync(eve, ("User", "eve"), ("Group", "system:masters"))).Code);
        Assert.Equal(500, (await AsAsync(eve, ("Group", "system:masters"))).Code);
        Assert.Equal(500, (await AsAsync(eve, ("Extra-scopes", "x"))).Code);
    }

    [Fact]
    public async Task Every_part_of_an_identity_is_a_right_of_its_own()
    {
        await Server.Admin.PostAsync(Rbac + "/clusterroles", """
            {"metadata":{"name":"actor"},"rules":[{"verbs":["impersonate"],"apiGroups":[""],"resources":["users"],"resourceNames":["ann"]},{"verbs":["impersonate"],"apiGroups":[""],"resources":["groups"],"resourceNames":["dev"]},
            {"verbs":["impersonate"],"apiGroups":["authentication.k8s.io"],"resources":["userextras/scopes"],"resourceNames":["view"]},{"verbs":["impersonate"],"apiGroups":["authentication.k8s.io"],"resources":["uids"],"resourceNames":["7"]}]}
            """);
        await Server.Admin.PostAsync(Rbac + "/clusterrolebindings", """{"metadata":{"name":"actor"},"roleRef":{"kind":"ClusterRole","name":"actor"},"subjects":[{"kind":"User","name":"act"}]}""");
        var act = Server.Authority.Client("act");

        Assert.Equal(201, (await AsAsync(act, ("User", "ann"))).Code);
        var all = (await AsAsync(act, ("User", "ann"), ("Group", "dev"), ("Uid", "7"), ("Extra-Scopes", "view"))).Json["status"]!["userInfo"]!;
        Assert.Equal(("ann", "7", "view"), ((string)all["username"]!, (string)all["uid"]!, (string)all["extra"]!["scopes"]![0]!));
        Assert.Equal(["dev", "system:authenticated"], all["groups"]!.AsArray().Select(static group => (string)group!));

        Assert.Equal("users \"bob\" is forbidden: User \"act\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", await MessageAsync(act, ("User", "bob")));
        Assert.Equal(
            "groups \"system:masters\" is forbidden: User \"act\" cannot impersonate resource \"groups\" in API group \"\" at the cluster scope",
            await MessageAsync(act, ("User", "ann"), ("Group", "system:masters")));
        Assert.Equal(
            "userextras.authentication.k8s.io \"edit\" is forbidden: User \"act\" cannot impersonate resource \"userextras/scopes\" in API group \"authentication.k8s.io\" at the cluster scope",
            await MessageAsync(act, ("User", "ann"), ("Extra-scopes", "edit")));
        Assert.Equal(403, (await AsAsync(act, ("User", "ann"), ("Uid", "8"))).Code);
    }

    [Fact]
    public async Task Somebody_else_is_acted_as_for_some_requests_alone()
    {
        var space = await shared.NamespaceAsync();
        await BindAsync("lists-as-ann", "deputy", """
            {"verbs":["impersonate:user-info"],"apiGroups":["authentication.k8s.io"],"resources":["users"],"resourceNames":["ann"]},{"verbs":["impersonate:user-info"],"apiGroups":["authentication.k8s.io"],"resources":["groups"],"resourceNames":["dev"]},
            {"verbs":["impersonate-on:user-info:list"],"apiGroups":[""],"resources":["configmaps"]},{"verbs":["impersonate-on:user-info:get"],"nonResourceURLs":["/version"]}
            """);
        await BindAsync("ann-does", "ann", """{"verbs":["*"],"apiGroups":[""],"resources":["configmaps","secrets"]}""");
        var deputy = Server.Authority.Client("deputy");
        var maps = $"/api/v1/namespaces/{space}/configmaps";

        Assert.Equal(200, (await Client(deputy, ("User", "ann")).AskAsync(maps)).Code);
        Assert.Equal(200, (await Client(deputy, ("User", "ann"), ("Group", "dev")).AskAsync(maps)).Code);
        Assert.Equal(200, (await Client(deputy, ("User", "ann")).AskAsync("/version")).Code);
        Assert.Equal("users \"ann\" is forbidden: User \"deputy\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", (await Client(deputy, ("User", "ann")).AskAsync(maps + "/kube-root-ca.crt")).Message);
        foreach (var (headers, path) in new ((string, string)[], string)[]
            { ([("User", "ann")], maps.Replace("configmaps", "secrets", StringComparison.Ordinal)), ([("User", "bob")], maps), ([("User", "ann"), ("Group", "system:masters")], maps), ([("User", "ann"), ("Uid", "1")], maps), ([("User", "system:node:n")], maps) })
        {
            Assert.Equal(403, (await Client(deputy, headers).AskAsync(path)).Code);
        }

        // What the one acted as may not do, nobody does as that one.
        await BindAsync("lists-as-bob", "deputy", """
            {"verbs":["impersonate:user-info"],"apiGroups":["authentication.k8s.io"],"resources":["users"],"resourceNames":["bob"]}
            """);
        Assert.StartsWith("configmaps is forbidden: User \"bob\" cannot list", (await Client(deputy, ("User", "bob")).AskAsync(maps)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_and_nodes_are_acted_as_by_rights_of_their_own()
    {
        await BindAsync("as-robots-and-nodes", "agent", """
            {"verbs":["impersonate:serviceaccount"],"apiGroups":["authentication.k8s.io"],"resources":["serviceaccounts"],"resourceNames":["robot"]},{"verbs":["impersonate:arbitrary-node"],"apiGroups":["authentication.k8s.io"],"resources":["nodes"],"resourceNames":["n1"]},
            {"verbs":["impersonate-on:serviceaccount:create","impersonate-on:arbitrary-node:create","impersonate-on:user-info:create"],"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"]}
            """);
        var agent = Server.Authority.Client("agent");

        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"], await GroupsAsync(("User", "system:serviceaccount:default:robot")));
        Assert.Equal(["system:nodes", "system:authenticated"], await GroupsAsync(("User", "system:node:n1")));
        Assert.Equal(403, (await AsAsync(agent, ("User", "system:serviceaccount:default:other"))).Code);
        Assert.Equal(403, (await AsAsync(agent, ("User", "system:serviceaccount:default:robot"), ("Group", "system:masters"))).Code);
        Assert.Equal(403, (await AsAsync(agent, ("User", "system:node:n2"))).Code);
        Assert.Equal(403, (await AsAsync(agent, ("User", "system:node:n1"), ("Group", "system:nodes"))).Code);

        async Task<IEnumerable<string>> GroupsAsync((string, string) header) =>
            (await AsAsync(agent, header)).Json["status"]!["userInfo"]!["groups"]!.AsArray().Select(static group => (string)group!);
    }

    [Theory]
    [InlineData("associated-node arbitrary-node", "system:serviceaccount:default:agent", "p", "n1")]
    [InlineData("arbitrary-node", "system:serviceaccount:default:agent", "p", "n2")]
    [InlineData("arbitrary-node", "system:serviceaccount:default:agent", "", "n1")]
    [InlineData("arbitrary-node", "ann", "p", "n1")]
    public void Only_who_runs_on_a_node_is_associated_with_it(string modes, string user, string pod, string node)
    {
        var actor = new UserInfo(user, []) { Extra = [new("authentication.kubernetes.io/pod-name", [pod]), new("authentication.kubernetes.io/node-name", [node])] };

        Assert.Equal(modes, string.Join(' ', ImpersonationMode.Of(actor, new UserInfo("system:node:n1", [])).Select(static mode => mode.Name)));
    }

    private async Task BindAsync(string name, string user, string rules)
    {
        Assert.Equal(201, (await Server.Admin.PostAsync(Rbac + "/clusterroles", $$$"""{"metadata":{"name":"{{{name}}}"},"rules":[{{{rules}}}]}""")).Code);
        Assert.Equal(201, (await Server.Admin.PostAsync(
            Rbac + "/clusterrolebindings", $$$"""{"metadata":{"name":"{{{name}}}"},"roleRef":{"kind":"ClusterRole","name":"{{{name}}}"},"subjects":[{"kind":"User","name":"{{{user}}}"}]}""")).Code);
    }

    [Fact]
    public async Task An_administrator_sees_what_an_account_sees()
    {
        var space = await shared.NamespaceAsync();
        var admin = Server.Authority.Client("admin", "system:masters");
        var who = (await AsAsync(admin, ("User", $"system:serviceaccount:{space}:robot"))).Json["status"]!["userInfo"]!;

        Assert.Equal(["system:serviceaccounts", $"system:serviceaccounts:{space}", "system:authenticated"], who["groups"]!.AsArray().Select(static group => (string)group!));
        var client = Client(admin, ("User", $"system:serviceaccount:{space}:robot"));
        Assert.Equal(403, (await client.AskAsync($"/api/v1/namespaces/{space}/secrets")).Code);
    }

    [Fact]
    public async Task Kubectl_asks_what_it_may()
    {
        var space = await shared.NamespaceAsync();
        await Server.Admin.PostAsync($"{Rbac}/namespaces/{space}/rolebindings", """{"metadata":{"name":"v"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"vic"}]}""");
        var kubectl = new Kubectl(Server, Kubectl.Versions.Last().Data);

        Assert.Equal("yes\n", await kubectl.OkAsync("auth", "can-i", "list", "pods", "-n", space, "--as", "vic"));
        Assert.Equal((1, "no\n"), await kubectl.RunAsync("auth", "can-i", "list", "secrets", "-n", space, "--as", "vic") is var refused ? (refused.Code, refused.Out) : default);
        Assert.Equal("yes\n", await kubectl.OkAsync("auth", "can-i", "get", "pods", "--subresource=log", "-n", space, "--as", "vic"));
        var list = await kubectl.OkAsync("auth", "can-i", "--list", "-n", space, "--as", "vic");
        Assert.Contains("selfsubjectaccessreviews.authorization.k8s.io", list);
        Assert.Contains("configmaps", list);
        Assert.Contains("/healthz", list);
        Assert.Contains("admin", await kubectl.OkAsync("auth", "whoami"));
        var (_, _, error) = await kubectl.RunAsync("get", "secrets", "-n", space, "--as", "vic");
        Assert.Equal($"Error from server (Forbidden): secrets is forbidden: User \"vic\" cannot list resource \"secrets\" in API group \"\" in the namespace \"{space}\"\n", error);
    }

    [Fact]
    public async Task Kubectl_reconciles_roles_and_bindings()
    {
        var space = await shared.NamespaceAsync();
        var kubectl = new Kubectl(Server, Kubectl.Versions.Last().Data);
        var manifest = kubectl.Manifest("roles.yaml", $$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: reader, namespace: {{space}}}
            rules:
            - {apiGroups: [""], resources: [pods], verbs: [get]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: reader, namespace: {{space}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
            subjects:
            - {apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}
            """);
        await Server.Admin.PostAsync($"{Rbac}/namespaces/{space}/roles", """{"metadata":{"name":"reader"},"rules":[{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}]}""");

        var (code, output, _) = await kubectl.RunAsync("auth", "reconcile", "-f", manifest);
        Assert.Equal((0, true), (code, output.Contains("role.rbac.authorization.k8s.io/reader reconciled", StringComparison.Ordinal)));

        Assert.Equal("yes\n", await kubectl.OkAsync("auth", "can-i", "get", "pods", "-n", space, "--as", "ann"));
        Assert.Equal("yes\n", await kubectl.OkAsync("auth", "can-i", "list", "pods", "-n", space, "--as", "ann"));
    }

    [Fact]
    public async Task Reviews_answer_with_reasons()
    {
        var space = await shared.NamespaceAsync();
        await Server.Admin.PostAsync($"{Rbac}/namespaces/{space}/rolebindings", """{"metadata":{"name":"team"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"Group","name":"team"}]}""");
        const string Reviews = "/apis/authorization.k8s.io/v1";

        var yes = (await Server.Admin.PostAsync(Reviews + "/subjectaccessreviews", Question("list"))).Json["status"]!;
        Assert.Equal((true, $"RBAC: allowed by RoleBinding \"team/{space}\" of ClusterRole \"view\" to Group \"team\""), ((bool)yes["allowed"]!, (string)yes["reason"]!));
        Assert.False((bool)(await Server.Admin.PostAsync(Reviews + "/subjectaccessreviews", Question("delete"))).Json["status"]!["allowed"]!);
        Assert.True((bool)(await Server.Admin.PostAsync($"{Reviews}/namespaces/{space}/localsubjectaccessreviews", Question("get"))).Json["status"]!["allowed"]!);
        var node = (await Server.Admin.PostAsync(Reviews + "/subjectaccessreviews", $$$$"""{"spec":{"user":"system:node:n","groups":["system:nodes"],"resourceAttributes":{"verb":"get","resource":"secrets","namespace":"{{{{space}}}}","name":"s"} } }""")).Json["status"]!;
        Assert.Equal((false, "no relationship found between node 'n' and this object"), ((bool)node["allowed"]!, (string)node["reason"]!));

        string Question(string verb) => $$$$"""{"spec":{"user":"tim","groups":["team"],"resourceAttributes":{"verb":"{{{{verb}}}}","resource":"pods","namespace":"{{{{space}}}}"} } }""";
    }

    private HttpClient Client(X509Certificate2 certificate, params (string Name, string Value)[] headers)
    {
        var client = Server.ClientOf(certificate);
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Impersonate-" + name, value);
        }

        return client;
    }

    private Task<Answer> AsAsync(X509Certificate2 certificate, params (string Name, string Value)[] headers) =>
        Client(certificate, headers).PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""");

    private async Task<string> MessageAsync(X509Certificate2 certificate, params (string Name, string Value)[] headers)
    {
        var answer = await AsAsync(certificate, headers);
        Assert.Equal(403, answer.Code);
        return answer.Message;
    }
}
