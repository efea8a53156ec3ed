using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>What headers say of somebody is worth what the one who sends them may say.</summary>
public sealed class HeaderTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("X-Remote-User: admin", "X-Remote-Group: system:masters")]
    [InlineData("x-remote-user: admin", "x-remote-group: system:masters")]
    [InlineData("X_Remote_User: admin", "X_Remote_Group: system:masters")]
    [InlineData("X-Remote_User: admin", "X-Remote-Group: system:masters")]
    [InlineData("X-REMOTE-USER: admin", "X-REMOTE-GROUP: system:masters")]
    [InlineData("X-Remote-User: admin", "X-Remote-User: eve")]
    [InlineData("X-Remote-User: eve", "X-Remote-Extra-Group: system:masters")]
    [InlineData("X-Forwarded-User: admin", "X-Forwarded-Groups: system:masters")]
    [InlineData("X-Forwarded-Client-Cert: CN=admin,O=system:masters", "X-Client-Cert: x")]
    [InlineData("X-SSL-Client-S-DN: CN=admin,O=system:masters", "SSL-Client-Cert: x")]
    [InlineData("X-Original-URL: /version", "X-Rewrite-URL: /version")]
    [InlineData("X-HTTP-Method-Override: GET", "X-Method-Override: GET")]
    [InlineData("Authorization: Bearer ", "X-Remote-User: admin")]
    [InlineData("Authorization: Basic YWRtaW46YWRtaW4=", "X-Remote-User: admin")]
    [InlineData("Authorization: Bearer null", "X-Remote-User: admin")]
    [InlineData("Cookie: token=admin", "Proxy-Authorization: Bearer x")]
    public async Task Nobody_is_let_in_by_a_header(string first, string second)
    {
        await using var server = await TestServer.StartAsync(config =>
        {
            var proxies = new TestAuthority("proxies");
            return config with { Authentication = config.Authentication with { FrontProxy = new FrontProxyConfig([proxies.Certificate]) { AllowedNames = ["front"] } } };
        });
        (string, string)[] headers = [Header(first), Header(second)];

        Assert.Equal(401, (await server.ClientOf(null).RawAsync("GET", "/api/v1/nodes", null, headers)).Code);
        Assert.Contains((await server.ClientOf(server.Authority.Client("eve")).RawAsync("GET", "/api/v1/nodes", null, headers)).Code, (int[])[401, 403]);
        Assert.Contains((await server.ClientOf(server.Authority.Client("eve")).RawAsync("DELETE", "/api/v1/namespaces/kube-public", null, headers)).Code, (int[])[401, 403]);
    }

    [Theory]
    [InlineData("Impersonate-User: admin")]
    [InlineData("impersonate-user: admin")]
    [InlineData("Impersonate-User: eve", "Impersonate-Group: system:masters")]
    [InlineData("Impersonate-User: eve", "Impersonate-Group: dev", "Impersonate-Group: system:masters")]
    [InlineData("Impersonate-User: eve", "IMPERSONATE-GROUP: system:masters")]
    [InlineData("Impersonate-User: eve", "Impersonate-Uid: 1")]
    [InlineData("Impersonate-User: eve", "Impersonate-Extra-Scopes: all")]
    [InlineData("Impersonate-User: eve", "Impersonate-Extra-scopes%2Fall: all")]
    [InlineData("Impersonate-User: system:serviceaccount:kube-system:default")]
    [InlineData("Impersonate-User: system:serviceaccount:kube-system:default:x")]
    [InlineData("Impersonate-User: system:serviceaccount::default")]
    [InlineData("Impersonate-User: system:node:node-a", "Impersonate-Group: system:nodes")]
    [InlineData("Impersonate-User: system:kube-controller-manager")]
    [InlineData("Impersonate-User: system:anonymous")]
    [InlineData("Impersonate-User: eve", "Impersonate-User: admin")]
    [InlineData("Impersonate-Group: system:masters")]
    [InlineData("Impersonate-Uid: 1")]
    [InlineData("Impersonate-Extra-Scopes: all")]
    public async Task Nobody_acts_as_somebody_else_without_the_right_to(params string[] headers)
    {
        var eve = shared.Server.ClientOf(shared.Server.Authority.Client("eve"));

        var answer = await eve.RawAsync("GET", "/api/v1/nodes", null, headers.Select(Header));

        Assert.Contains(answer.Code, (int[])[403, 500]);
        Assert.True(answer.Code == 403 || answer.Message.EndsWith("without impersonating a user", StringComparison.Ordinal), answer.Text);
    }

    [Fact]
    public async Task Who_may_act_as_one_is_not_two_at_once()
    {
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        await shared.Admin.PostAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"as-ann"},"rules":[{"verbs":["impersonate"],"apiGroups":[""],"resources":["users"],"resourceNames":["ann"]}]}""");
        await shared.Admin.PostAsync($"{Rbac}/clusterrolebindings", """{"metadata":{"name":"as-ann"},"roleRef":{"kind":"ClusterRole","name":"as-ann"},"subjects":[{"kind":"User","name":"act"}]}""");
        var act = shared.Server.ClientOf(shared.Server.Authority.Client("act"));

        foreach (var headers in (string[][])[["Impersonate-User: ann", "Impersonate-User: admin"], ["Impersonate-User: admin", "Impersonate-User: ann"], ["Impersonate-User: Ann"], ["Impersonate-User: ann,admin"]])
        {
            Assert.Equal(403, (await act.RawAsync("GET", "/version", null, headers.Select(Header))).Code);
        }

        Assert.Equal(200, (await act.RawAsync("GET", "/version", null, Header("Impersonate-User: ann"))).Code);
    }

    private static (string Name, string Value) Header(string line) => (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);
}
