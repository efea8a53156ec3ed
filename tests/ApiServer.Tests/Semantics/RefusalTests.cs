using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>How the server says no.</summary>
public sealed class RefusalTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("GET", "/api/v1/namespaces/x/pods", "pods is forbidden: User \"eve\" cannot list resource \"pods\" in API group \"\" in the namespace \"x\"", "pods")]
    [InlineData("GET", "/api/v1/pods", "pods is forbidden: User \"eve\" cannot list resource \"pods\" in API group \"\" at the cluster scope", "pods")]
    [InlineData("GET", "/api/v1/pods?watch=true", "pods is forbidden: User \"eve\" cannot watch resource \"pods\" in API group \"\" at the cluster scope", "pods")]
    [InlineData("GET", "/api/v1/nodes/n", "nodes \"n\" is forbidden: User \"eve\" cannot get resource \"nodes\" in API group \"\" at the cluster scope", "nodes")]
    [InlineData("DELETE", "/apis/apps/v1/namespaces/x/deployments", "deployments.apps is forbidden: User \"eve\" cannot deletecollection resource \"deployments\" in API group \"apps\" in the namespace \"x\"", "deployments")]
    [InlineData("PUT", "/api/v1/namespaces/x/pods/p/status", "pods \"p\" is forbidden: User \"eve\" cannot update resource \"pods/status\" in API group \"\" in the namespace \"x\"", "pods")]
    [InlineData("POST", "/api/v1/namespaces", "namespaces is forbidden: User \"eve\" cannot create resource \"namespaces\" in API group \"\" at the cluster scope", "namespaces")]
    [InlineData("PATCH", "/api/v1/namespaces/x", "namespaces \"x\" is forbidden: User \"eve\" cannot patch resource \"namespaces\" in API group \"\" in the namespace \"x\"", "namespaces")]
    public async Task Who_may_not_is_told_what(string method, string path, string message, string resource)
    {
        var eve = shared.Server.ClientOf(shared.Server.Authority.Client("eve", "developers"));

        var answer = await eve.SendAsync(new HttpMethod(method), path, method is "GET" or "DELETE" ? null : "{}");

        Assert.Equal((403, "Forbidden", message), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal(resource, (string)answer.Json["details"]!["kind"]!);
    }

    [Fact]
    public async Task A_path_is_forbidden_by_its_verb()
    {
        var eve = shared.Server.ClientOf(shared.Server.Authority.Client("eve", "developers"));

        Assert.Equal(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"forbidden: User \"eve\" cannot get path \"/metrics\"","reason":"Forbidden","details":{},"code":403}""",
            (await eve.AskAsync("/metrics")).Text.Trim());
    }

    [Fact]
    public async Task A_stranger_is_unauthorized()
    {
        var answer = await shared.Server.ClientOf(null).AskAsync("/api/v1/pods");

        Assert.Equal("""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}""", answer.Text.Trim());
    }

    [Fact]
    public async Task Causes_name_each_broken_rule()
    {
        var ns = await shared.NamespaceAsync();

        var answer = await shared.Admin.PostAsync($"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"p"},"spec":{"restartPolicy":"Sometimes","containers":[{"name":"C"}]}}""");

        Assert.Equal((422, "Invalid"), (answer.Code, answer.Reason));
        Assert.Equal(("p", "Pod"), ((string)answer.Json["details"]!["name"]!, (string)answer.Json["details"]!["kind"]!));
        var causes = answer.Json["details"]!["causes"]!.AsArray().Select(static cause => $"{cause!["reason"]} {cause["field"]}").ToList();
        Assert.Contains("FieldValueRequired spec.containers[0].image", causes);
        Assert.Contains("FieldValueInvalid spec.containers[0].name", causes);
        Assert.Contains("FieldValueNotSupported spec.restartPolicy", causes);
        Assert.StartsWith("Pod \"p\" is invalid: [", answer.Message, StringComparison.Ordinal);
        Assert.Contains("spec.containers[0].image: Required value", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", 400)]
    [InlineData("99999999", 504)]
    [InlineData("0", 200)]
    [InlineData("1", 200)]
    public async Task A_get_waits_for_a_version_but_not_for_ever(string version, int code)
    {
        Assert.Equal(code, (await shared.Admin.AskAsync("/api/v1/namespaces/default?resourceVersion=" + version)).Code);
    }

    [Fact]
    public async Task Namespaces_are_not_deleted_by_the_dozen()
    {
        Assert.Equal((405, "MethodNotAllowed"), await shared.Admin.RemoveAsync("/api/v1/namespaces") is var answer ? (answer.Code, answer.Reason) : default);
    }

    [Fact]
    public async Task What_is_sent_to_a_delete_by_mistake_does_not_delete()
    {
        var maps = await shared.MapsAsync();
        var created = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answer = await shared.Admin.RemoveAsync(maps + "/a", created.Text);

        Assert.Equal((400, "BadRequest"), (answer.Code, answer.Reason));
        Assert.Equal(200, (await shared.Admin.AskAsync(maps + "/a")).Code);
        Assert.Equal(400, (await shared.Admin.RemoveAsync(maps + "/a", "nonsense")).Code);
        Assert.Equal(400, (await shared.Admin.RemoveAsync(maps + "/a", """{"gracePeriodSeconds":"soon"}""")).Code);
    }

    [Fact]
    public async Task Hundreds_who_patch_one_object_all_get_through()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", $$$"""{"data":{"k{{{i}}}":"v"} }""")));

        Assert.All(answers, static answer => Assert.Equal(200, answer.Code));
        Assert.Equal(300, (await shared.Admin.AskAsync(maps + "/a")).Json["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Those_who_create_one_object_by_apply_at_once_all_get_through()
    {
        var maps = await shared.MapsAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => shared.Admin.PatchAsync(
            $"{maps}/a?fieldManager=m{i}", "apply-patch+yaml", $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k{{{i}}}":"v"} }""")));

        Assert.Equal(1, answers.Count(static answer => answer.Code == 201));
        Assert.Equal(19, answers.Count(static answer => answer.Code == 200));
        Assert.Equal(20, (await shared.Admin.AskAsync(maps + "/a")).Json["data"]!.AsObject().Count);
    }
}
