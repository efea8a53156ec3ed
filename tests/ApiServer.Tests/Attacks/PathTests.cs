using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>What somebody with every right in one namespace makes of paths, methods and queries to get at others'.</summary>
public sealed class PathTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    private const string Hidden = "aGlkZGVu"; // "hidden"

    [Theory]
    [InlineData("GET", "/api/v1/namespaces/MINE/namespaces/THEIRS")]
    [InlineData("GET", "/api/v1/namespaces/MINE/namespaces")]
    [InlineData("GET", "/api/v1/namespaces/MINE/namespaces?watch=true&timeoutSeconds=1")]
    [InlineData("GET", "/api/v1/watch/namespaces/MINE/namespaces?timeoutSeconds=1")]
    [InlineData("DELETE", "/api/v1/namespaces/MINE/namespaces/THEIRS")]
    [InlineData("DELETE", "/api/v1/namespaces/MINE/namespaces")]
    [InlineData("POST", "/api/v1/namespaces/MINE/namespaces")]
    [InlineData("GET", "/api/v1/namespaces/MINE/namespaces/THEIRS/status")]
    [InlineData("GET", "/api/v1/namespaces/MINE/nodes")]
    [InlineData("GET", "/api/v1/namespaces/MINE/nodes/n")]
    [InlineData("GET", "/api/v1/namespaces/MINE/nodes/n/proxy/")]
    [InlineData("GET", "/api/v1/namespaces/MINE/persistentvolumes")]
    [InlineData("DELETE", "/apis/rbac.authorization.k8s.io/v1/namespaces/MINE/clusterroles/view")]
    [InlineData("GET", "/apis/rbac.authorization.k8s.io/v1/namespaces/MINE/clusterroles")]
    [InlineData("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/MINE/clusterrolebindings")]
    [InlineData("GET", "/apis/apiextensions.k8s.io/v1/namespaces/MINE/customresourcedefinitions")]
    [InlineData("GET", "/api/v1/watch/namespaces/MINE/nodes?timeoutSeconds=1")]
    public async Task A_cluster_wide_kind_is_not_reached_through_a_namespace(string method, string path)
    {
        var (mallory, mine, theirs) = await MalloryAsync();

        var answer = await mallory.RawAsync(method, Filled(path, mine, theirs), method == "POST" ? """{"metadata":{"name":"x"}}""" : null);

        Assert.Equal(404, answer.Code);
        Assert.Equal(200, (await shared.Admin.AskAsync($"/api/v1/namespaces/{theirs}")).Code);
    }

    [Theory]
    [InlineData("/api/v1/secrets")]
    [InlineData("/api/v1/secrets/s")]
    [InlineData("/api/v1/watch/secrets")]
    [InlineData("/api/v1/secrets?fieldSelector=metadata.namespace%3DMINE")]
    [InlineData("/api/v1/namespaces/THEIRS/secrets/s")]
    [InlineData("/api/v1/namespaces/THEIRS/secrets/s/status")]
    [InlineData("/api/v1/watch/namespaces/THEIRS/secrets/s")]
    [InlineData("/api/v1/namespaces/MINE/../THEIRS/secrets")]
    [InlineData("/api/v1/namespaces/MINE/./../THEIRS/secrets/s")]
    [InlineData("/api/v1/namespaces/MINE/%2e%2e/THEIRS/secrets")]
    [InlineData("/api/v1/namespaces/MINE/%2E%2E%2FTHEIRS/secrets")]
    [InlineData("/api/v1/namespaces/MINE%2f..%2fTHEIRS/secrets")]
    [InlineData("/api/v1/namespaces/MINE/secrets/..%2f..%2fTHEIRS%2fsecrets%2fs")]
    [InlineData("/api/v1/namespaces/MINE/secrets/%252e%252e%252fTHEIRS")]
    [InlineData("/api/v1/namespaces/MINE/secrets/..%5c..%5cTHEIRS")]
    [InlineData("/api/v1/namespaces//THEIRS/secrets")]
    [InlineData("/api/v1/namespaces/THEIRS//secrets")]
    [InlineData("/api/v1/namespaces/THEIRS/secrets//s")]
    [InlineData("/api//v1/namespaces/THEIRS/secrets/s")]
    [InlineData("/api/v1//namespaces/THEIRS/secrets/s")]
    [InlineData("/api/v1/./namespaces/THEIRS/secrets/s")]
    [InlineData("/api/v1/namespaces/THEIRS/secrets/")]
    [InlineData("/api/v1/namespaces/THEIRS/secrets/s/")]
    [InlineData("/api/v1/namespaces/THEIRS/secrets;a=b")]
    [InlineData("/api/v1/namespaces/THEIRS;MINE/secrets")]
    [InlineData("/API/v1/namespaces/THEIRS/secrets")]
    [InlineData("/api/v1/Namespaces/THEIRS/secrets")]
    [InlineData("/api/V1/namespaces/THEIRS/secrets")]
    [InlineData("/apis//v1/namespaces/THEIRS/secrets")]
    [InlineData("/apis/core/v1/namespaces/THEIRS/secrets")]
    [InlineData("/api/v1/proxy/namespaces/THEIRS/secrets/s")]
    [InlineData("/api/v1/namespaces/MINE/pods/proxy/../../../THEIRS/secrets/s")]
    [InlineData("/api/v1/namespaces/MINE/secrets?namespace=THEIRS")]
    [InlineData("/healthz/../api/v1/namespaces/THEIRS/secrets/s")]
    [InlineData("/livez/%2e%2e/api/v1/namespaces/THEIRS/secrets/s")]
    [InlineData("/openid/v1/jwks/../../../api/v1/secrets")]
    [InlineData("/version//../api/v1/secrets")]
    public async Task No_path_leads_into_another_namespace(string path)
    {
        var (mallory, mine, theirs) = await MalloryAsync();

        var answer = await mallory.RawAsync("GET", Filled(path, mine, theirs));

        Assert.DoesNotContain(Hidden, answer.Text, StringComparison.Ordinal);
        Assert.True(answer.Code is 301 or 400 or 403 or 404 || (answer.Code == 200 && path.Contains("MINE/", StringComparison.Ordinal)), $"{answer.Code} {answer.Text}");
    }

    [Theory]
    [InlineData("secrets?watch=1&watch=false")]
    [InlineData("secrets?watch=false&watch=1&timeoutSeconds=1")]
    [InlineData("secrets?fieldSelector=metadata.name%3Dmine&fieldSelector=")]
    [InlineData("secrets?fieldSelector=&fieldSelector=metadata.name%3Dmine")]
    [InlineData("secrets?fieldSelector=metadata.name%3Dmine,metadata.name%3Ds")]
    [InlineData("secrets?fieldSelector=metadata.name%3Ds,metadata.name%3Dmine")]
    [InlineData("secrets?fieldSelector=metadata.name%3D%3Dmine&fieldselector=metadata.name%3Ds")]
    [InlineData("secrets?fieldSelector=metadata.name%3Dmine%2Cmetadata.name!%3Dmine")]
    [InlineData("secrets?FieldSelector=metadata.name%3Dmine")]
    [InlineData("secrets?fieldSelector=type%3Dmetadata.name%3Dmine")]
    [InlineData("secrets?labelSelector=metadata.name%3Dmine")]
    [InlineData("secrets/s?watch=true")]
    [InlineData("secrets/mine/../s")]
    [InlineData("secrets/s?fieldSelector=metadata.name%3Dmine")]
    [InlineData("secrets?fieldSelector=metadata.name%3Dmine%00")]
    public async Task A_right_to_one_name_shows_no_other(string query)
    {
        var space = await shared.NamespaceAsync();
        await SecretAsync(space, "s");
        Assert.Equal(201, (await shared.Admin.PostAsync($"{Rbac}/namespaces/{space}/roles", """{"metadata":{"name":"one"},"rules":[{"verbs":["*"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"]}]}""")).Code);
        await BindAsync(space, "one", "Role", "one", "owen-" + space);

        var answer = await As("owen-" + space).RawAsync("GET", $"/api/v1/namespaces/{space}/{query}");

        Assert.DoesNotContain(Hidden, answer.Text, StringComparison.Ordinal);
        Assert.Contains(answer.Code, (int[])[200, 400, 403]);
    }

    [Fact]
    public async Task A_right_to_one_name_watches_and_deletes_that_one_alone()
    {
        var space = await shared.NamespaceAsync();
        await SecretAsync(space, "s");
        await SecretAsync(space, "mine");
        Assert.Equal(201, (await shared.Admin.PostAsync($"{Rbac}/namespaces/{space}/roles", """{"metadata":{"name":"one"},"rules":[{"verbs":["watch","deletecollection"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"]}]}""")).Code);
        await BindAsync(space, "one", "Role", "one", "wanda");
        var wanda = As("wanda");
        var secrets = $"/api/v1/namespaces/{space}/secrets";

        foreach (var path in (string[])[$"{secrets}?watch=1&fieldSelector=metadata.name%3Dmine&timeoutSeconds=1", $"/api/v1/watch/namespaces/{space}/secrets/mine?timeoutSeconds=1&fieldSelector=metadata.name%3Ds"])
        {
            var watched = await wanda.AskAsync(path);
            Assert.Equal(200, watched.Code);
            Assert.Contains("\"name\":\"mine\"", watched.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"name\":\"s\"", watched.Text, StringComparison.Ordinal);
        }

        Assert.Equal(403, (await wanda.AskAsync($"/api/v1/watch/namespaces/{space}/secrets")).Code);
        Assert.Equal(403, (await wanda.AskAsync(secrets)).Code);
        Assert.Equal(403, (await wanda.RemoveAsync(secrets)).Code);
        Assert.Equal(403, (await wanda.RemoveAsync($"{secrets}/mine")).Code);
        Assert.Equal(200, (await wanda.RemoveAsync($"{secrets}?fieldSelector=metadata.name%3Dmine")).Code);
        Assert.Equal("s", (string)Assert.Single((await shared.Admin.AskAsync(secrets)).Items)!["metadata"]!["name"]!);
    }

    [Theory]
    [InlineData("GET", "pods/p/exec?command=sh")]
    [InlineData("GET", "pods/p/log")]
    [InlineData("GET", "pods/p/proxy/")]
    [InlineData("GET", "services/p/proxy/")]
    [InlineData("POST", "pods/p/eviction")]
    [InlineData("POST", "pods/p/binding")]
    [InlineData("PATCH", "pods/p/ephemeralcontainers")]
    [InlineData("PATCH", "pods/p/resize")]
    [InlineData("PATCH", "pods/p/status")]
    [InlineData("POST", "serviceaccounts/default/token")]
    public async Task A_right_to_the_object_is_none_to_what_is_below_it(string method, string path)
    {
        var space = await shared.NamespaceAsync();
        Assert.Equal(201, (await shared.Admin.PostAsync($"{Rbac}/namespaces/{space}/roles", """{"metadata":{"name":"r"},"rules":[{"verbs":["*"],"apiGroups":[""],"resources":["pods","services","serviceaccounts","exec","log","pods/","pods/*","/exec"]}]}""")).Code);
        await BindAsync(space, "r", "Role", "r", "sub-" + space);

        var answer = await As("sub-" + space).RawAsync(method, $"/api/v1/namespaces/{space}/{path}", method == "GET" ? null : "{}");

        Assert.Equal(403, answer.Code);
    }

    [Theory]
    [InlineData("/api/v1/watch/namespaces/MINE/pods/p/exec?command=sh")]
    [InlineData("/api/v1/watch/namespaces/MINE/pods/p/log")]
    [InlineData("/api/v1/watch/namespaces/MINE/pods/p/proxy/x")]
    [InlineData("/api/v1/watch/namespaces/MINE/services/p/proxy/x")]
    [InlineData("/api/v1/watch/namespaces/MINE/pods/p/status")]
    public async Task The_old_form_of_a_watch_watches_and_does_nothing_else(string path)
    {
        var (mallory, mine, theirs) = await MalloryAsync();
        Assert.Equal(201, (await shared.Admin.PostAsync($"/api/v1/namespaces/{mine}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Code);

        var answer = await mallory.RawAsync("GET", Filled(path, mine, theirs));

        Assert.Equal(404, answer.Code);
        Assert.Equal("the server could not find the requested resource", answer.Message);
    }

    [Fact]
    public async Task Names_that_look_like_parts_of_a_path_are_names()
    {
        var answer = await shared.Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"proxy"}}""");
        Assert.Equal(201, answer.Code);
        var maps = "/api/v1/namespaces/proxy/configmaps";
        foreach (var name in (string[])["proxy", "status", "watch", "namespaces", "finalize"])
        {
            Assert.Equal(201, (await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"{{{name}}}"}}""")).Code);
            Assert.Equal(200, (await shared.Admin.AskAsync($"{maps}/{name}")).Code);
            Assert.Equal(200, (await shared.Admin.AskAsync($"{maps}/{name}/")).Code);
        }

        Assert.Equal(5, (await shared.Admin.AskAsync(maps + "/")).Items.Count);
        Assert.Equal(404, (await shared.Admin.RawAsync("GET", "/api/v1/namespaces/proxy//configmaps")).Code);
        Assert.Equal(404, (await shared.Admin.RawAsync("GET", maps + "//proxy")).Code);
        Assert.Equal(404, (await shared.Admin.RawAsync("DELETE", maps + "//")).Code);
        Assert.Equal(5, (await shared.Admin.AskAsync(maps)).Items.Count);
    }

    private static string Filled(string path, string mine, string theirs) => path.Replace("MINE", mine, StringComparison.Ordinal).Replace("THEIRS", theirs, StringComparison.Ordinal);

    private HttpClient As(string user) => shared.Server.ClientOf(shared.Server.Authority.Client(user));

    /// <summary>Somebody who may do anything in her namespace, and a namespace with a secret that is not hers.</summary>
    private async Task<(HttpClient Mallory, string Mine, string Theirs)> MalloryAsync()
    {
        var (mine, theirs) = (await shared.NamespaceAsync(), await shared.NamespaceAsync());
        await SecretAsync(theirs, "s");
        await BindAsync(mine, "all", "ClusterRole", "cluster-admin", "mallory-" + mine);
        return (As("mallory-" + mine), mine, theirs);
    }

    private async Task SecretAsync(string space, string name) =>
        Assert.Equal(201, (await shared.Admin.PostAsync($"/api/v1/namespaces/{space}/secrets", $$$"""{"metadata":{"name":"{{{name}}}"},"stringData":{"k":"hidden"}}""")).Code);

    private async Task BindAsync(string space, string name, string kind, string role, string user) => Assert.Equal(201, (await shared.Admin.PostAsync(
        $"{Rbac}/namespaces/{space}/rolebindings",
        $$$"""{"metadata":{"name":"{{{name}}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{{kind}}}","name":"{{{role}}}"},"subjects":[{"kind":"User","name":"{{{user}}}"}]}""")).Code);
}
