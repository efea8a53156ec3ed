using System.Text.Json.Nodes;
using Navarch.ApiServer.Authorization.Defaults;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authorization;

public sealed class DefaultPolicyTests
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    [Fact]
    public void Every_binding_is_of_a_role_that_there_is()
    {
        var policy = DefaultPolicy.Read();
        var names = policy.ClusterRoles.Select(static role => role.Metadata.Name).ToHashSet();

        Assert.Equal(names.Count, policy.ClusterRoles.Count);
        Assert.All(policy.ClusterBindings, binding => Assert.Contains(binding.RoleRef.Name, names));
        Assert.All(policy.Bindings, binding => Assert.Contains(policy.Roles, role => (role.Metadata.Namespace, role.Metadata.Name) == (binding.Metadata.Namespace, binding.RoleRef.Name)));
        Assert.Equal(["*"], policy.ClusterRoles.Single(static role => role.Metadata.Name == "cluster-admin").Rules.SelectMany(static rule => rule.NonResourceURLs));
        var admin = policy.ClusterRoles.Single(static role => role.Metadata.Name == "admin");
        Assert.Contains(admin.Rules, static rule => rule.Resources.Contains("rolebindings"));
        Assert.Contains(admin.Rules, static rule => rule.Resources.Contains("pods/log"));
    }

    [Fact]
    public async Task Default_roles_get_back_what_they_lost_and_keep_what_they_were_given()
    {
        await using var server = await TestServer.StartAsync();
        const string Role = Rbac + "/clusterroles/system:monitoring";
        const string Binding = Rbac + "/clusterrolebindings/system:monitoring";
        var role = (await server.Admin.AskAsync(Role)).Json;
        Assert.Equal("rbac-defaults", (string)role["metadata"]!["labels"]!["kubernetes.io/bootstrapping"]!);
        Assert.Equal("true", (string)role["metadata"]!["annotations"]!["rbac.authorization.kubernetes.io/autoupdate"]!);

        await PatchAsync(server, Role, """{"rules":[{"verbs":["get"],"nonResourceURLs":["/mine"]}]}""");
        await PatchAsync(server, Binding, """{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"ann"}]}""");
        await server.Admin.RemoveAsync(Rbac + "/clusterroles/system:kube-dns");
        await PatchAsync(server, Rbac + "/clusterroles/system:heapster", """{"metadata":{"annotations":{"rbac.authorization.kubernetes.io/autoupdate":"false"}},"rules":[]}""");
        await server.RestartAsync();

        role = (await server.Admin.AskAsync(Role)).Json;
        Assert.Equal("/mine", (string)role["rules"]![0]!["nonResourceURLs"]![0]!);
        Assert.Contains("/metrics", role["rules"]!.ToJsonString());
        Assert.Equal(["ann", "system:monitoring"], (await server.Admin.AskAsync(Binding)).Json["subjects"]!.AsArray().Select(static subject => (string)subject!["name"]!));
        Assert.Equal(200, (await server.Admin.AskAsync(Rbac + "/clusterroles/system:kube-dns")).Code);
        Assert.Empty((await server.Admin.AskAsync(Rbac + "/clusterroles/system:heapster")).Json["rules"] as JsonArray ?? []);

        var version = (await server.Admin.AskAsync(Role)).Version;
        await server.RestartAsync();
        Assert.Equal(version, (await server.Admin.AskAsync(Role)).Version);
    }

    [Fact]
    public async Task The_parts_of_a_cluster_have_their_rights_and_no_others()
    {
        await using var server = await TestServer.StartAsync();
        (string User, string Path, int Code)[] cases =
        [
            ("system:kube-scheduler", "/api/v1/pods", 200), ("system:kube-scheduler", "/api/v1/secrets", 403),
            ("system:kube-controller-manager", "/api/v1/secrets", 200), ("system:kube-controller-manager", Rbac + "/clusterroles/edit", 200),
            ("system:kube-proxy", "/apis/discovery.k8s.io/v1/endpointslices", 200), ("system:kube-proxy", "/api/v1/nodes", 200), ("system:kube-proxy", "/api/v1/pods", 403),
            ("kube-apiserver-kubelet-client", "/api/v1/nodes", 200), ("kube-apiserver-kubelet-client", "/api/v1/pods", 403), ("kube-apiserver-kubelet-client", "/api/v1/secrets", 403),
            ("nobody-special", "/api", 200), ("nobody-special", "/openapi/v2", 200), ("nobody-special", "/metrics", 403),
        ];
        foreach (var (user, path, code) in cases)
        {
            Assert.Equal((user, path, code), (user, path, (await server.ClientOf(server.Authority.Client(user)).AskAsync(path)).Code));
        }
    }

    private static async Task PatchAsync(TestServer server, string path, string patch) => Assert.Equal(200, (await server.Admin.PatchAsync(path, "merge-patch+json", patch)).Code);
}
