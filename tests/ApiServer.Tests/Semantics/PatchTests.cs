using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class PatchTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Deployment = """
        {"metadata":{"name":"d","labels":{"one":"1","two":"2"},"finalizers":["example.com/a","example.com/b"]},
        "spec":{"selector":{"matchLabels":{"a":"b"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"one","image":"i","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],
        "ports":[{"containerPort":80}]},{"name":"two","image":"i"}],
        "tolerations":[{"key":"x"}]}}}}
        """;

    [Theory]
    [InlineData("""[{"op":"add","path":"/data/n","value":"1"}]""", "k=v,n=1")]
    [InlineData("""[{"op":"add","path":"/data","value":{"z":"1"}}]""", "z=1")]
    [InlineData("""[{"op":"remove","path":"/data/k"}]""", "")]
    [InlineData("""[{"op":"replace","path":"/data/k","value":"w"}]""", "k=w")]
    [InlineData("""[{"op":"move","from":"/data/k","path":"/data/m"}]""", "m=v")]
    [InlineData("""[{"op":"copy","from":"/data/k","path":"/data/m"}]""", "k=v,m=v")]
    [InlineData("""[{"op":"test","path":"/data/k","value":"v"},{"op":"add","path":"/data/k","value":"w"}]""", "k=w")]
    [InlineData("""[{"op":"add","path":"/data/a~1b","value":"1"}]""", null)]
    [InlineData("""[]""", "k=v")]
    public async Task A_JSON_patch_applies_operation_by_operation(string patch, string? data)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var answer = await shared.Admin.PatchAsync(maps + "/a", "json-patch+json", patch);

        Assert.Equal(data is null ? 422 : 200, answer.Code); // A slash is not in the alphabet of keys.
        if (data is not null)
        {
            Assert.Equal(data, string.Join(',', (answer.Json["data"]?.AsObject() ?? []).Select(static pair => $"{pair.Key}={pair.Value}")));
        }
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/data/k","value":"x"}]""")]
    [InlineData("""[{"op":"remove","path":"/data/none"}]""")]
    [InlineData("""[{"op":"replace","path":"/data/none","value":"x"}]""")]
    [InlineData("""[{"op":"add","path":"/none/deep","value":"x"}]""")]
    [InlineData("""[{"op":"move","from":"/none","path":"/data/x"}]""")]
    [InlineData("""[{"op":"jump","path":"/data"}]""")]
    [InlineData("""[{"op":"add","path":"data","value":"x"}]""")]
    public async Task A_JSON_patch_that_does_not_apply_is_invalid(string patch)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var answer = await shared.Admin.PatchAsync(maps + "/a", "json-patch+json", patch);

        Assert.Equal(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server rejected our request due to an error in our request","reason":"Invalid","details":{},"code":422}""",
            answer.Text.Trim());
    }

    [Theory]
    [InlineData("json-patch+json", "{}")]
    [InlineData("json-patch+json", "nonsense")]
    [InlineData("json-patch+json", "")]
    [InlineData("merge-patch+json", "[]")]
    [InlineData("merge-patch+json", "{")]
    [InlineData("strategic-merge-patch+json", "[]")]
    [InlineData("strategic-merge-patch+json", "{\"metadata\":{\"$patch\":\"erase\"}}")]
    public async Task What_is_not_a_patch_is_a_bad_request(string type, string patch)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answer = await shared.Admin.PatchAsync(maps + "/a", type, patch);

        Assert.Equal((400, "BadRequest"), (answer.Code, answer.Reason));
    }

    [Fact]
    public async Task Ten_thousand_operations_are_the_most()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        static string Operations(int count) => $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/data/k","value":"v"}""", count))}]";

        Assert.Equal(200, (await shared.Admin.PatchAsync(maps + "/a", "json-patch+json", Operations(10_000))).Code);
        var answer = await shared.Admin.PatchAsync(maps + "/a", "json-patch+json", Operations(10_001));
        Assert.Equal(
            (413, "RequestEntityTooLarge", "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001"),
            (answer.Code, answer.Reason, answer.Message));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("application/apply-patch+cbor")]
    public async Task Other_types_of_patches_are_not_supported(string type)
    {
        var answer = await shared.Admin.SendAsync(HttpMethod.Patch, await shared.MapsAsync() + "/a", "{}", type);

        Assert.Equal(
            (415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml"),
            (answer.Code, answer.Reason, answer.Message));
    }

    [Theory]
    [InlineData("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"two\",\"image\":\"new\"}]}}}}", "one:i two:new")]
    [InlineData("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"three\",\"image\":\"n\"}]}}}}", "three:n one:i two:i")]
    [InlineData("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"$patch\":\"delete\",\"name\":\"one\"}]}}}}", "two:i")]
    [InlineData("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"$patch\":\"replace\"},{\"name\":\"only\",\"image\":\"x\"}]}}}}", "only:x")]
    [InlineData("{\"spec\":{\"template\":{\"spec\":{\"$setElementOrder/containers\":[{\"name\":\"two\"},{\"name\":\"one\"}]}}}}", "two:i one:i")]
    public async Task Lists_merge_by_their_key(string patch, string containers)
    {
        var path = await DeploymentAsync();

        var answer = await shared.Admin.PatchAsync(path, "strategic-merge-patch+json", patch);

        Assert.Equal(200, answer.Code);
        Assert.Equal(containers, string.Join(' ', answer.Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(static c => $"{c!["name"]}:{c["image"]}")));
    }

    [Fact]
    public async Task Directives_of_a_strategic_patch_are_followed()
    {
        var path = await DeploymentAsync();

        var env = await shared.Admin.PatchAsync(path, "strategic-merge-patch+json",
            """{"spec":{"template":{"spec":{"containers":[{"name":"one","env":[{"name":"B","value":"3"},{"name":"A","$patch":"delete"}]}]}}}}""");
        Assert.Equal("""[{"name":"B","value":"3"}]""", env.Json["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.ToJsonString());

        var strings = await shared.Admin.PatchAsync(path, "strategic-merge-patch+json",
            """{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/a"],"finalizers":["example.com/c"]}}""");
        Assert.Equal(["example.com/b", "example.com/c"], strings.Json["metadata"]!["finalizers"]!.AsArray().Select(static f => (string)f!).Order());

        var kept = await shared.Admin.PatchAsync(path, "strategic-merge-patch+json", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""");
        Assert.Equal("""{"type":"Recreate"}""", kept.Json["spec"]!["strategy"]!.ToJsonString());

        var replaced = await shared.Admin.PatchAsync(path, "strategic-merge-patch+json", """{"metadata":{"labels":{"$patch":"replace","three":"3"}}}""");
        Assert.Equal("""{"three":"3"}""", replaced.Json["metadata"]!["labels"]!.ToJsonString());

        var removed = await shared.Admin.PatchAsync(path, "strategic-merge-patch+json", """{"metadata":{"labels":null},"spec":{"template":{"spec":{"tolerations":[]}}}}""");
        Assert.Null(removed.Json["metadata"]!["labels"]);
        Assert.Null(removed.Json["spec"]!["template"]!["spec"]!["tolerations"]);
    }

    [Fact]
    public async Task A_merge_patch_replaces_lists_and_removes_with_null()
    {
        var path = await DeploymentAsync();

        var answer = await shared.Admin.PatchAsync(path, "merge-patch+json",
            """{"metadata":{"labels":{"one":null,"three":"3"}},"spec":{"template":{"spec":{"containers":[{"name":"x","image":"y"}]}}}}""");

        Assert.Equal("""{"three":"3","two":"2"}""", answer.Json["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal("x", (string)Assert.Single(answer.Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!["name"]!);
    }

    [Theory]
    [InlineData("{\"metadata\":{\"name\":\"b\"}}", 400, "the name of the object (b) does not match the name on the URL (a)")]
    [InlineData("{\"metadata\":{\"namespace\":\"b\"}}", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("{\"metadata\":{\"resourceVersion\":\"1\"}}", 409, "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again")]
    [InlineData("{\"kind\":\"Secret\"}", 422, null)]
    [InlineData("{\"apiVersion\":\"v2\"}", 422, null)]
    [InlineData("{\"data\":{\"k\":{}}}", 422, null)]
    [InlineData("{\"data\":[]}", 422, null)]
    [InlineData("{\"metadata\":{\"labels\":{\"k\":1}}}", 422, null)]
    [InlineData("{\"data\":{\"..\":\"x\"}}", 422, null)]
    public async Task A_patch_cannot_make_another_object_of_it(string patch, int code, string? message)
    {
        var maps = await shared.MapsAsync();
        var before = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var answer = await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", patch);

        Assert.Equal(code, answer.Code);
        Assert.Equal(message ?? answer.Message, answer.Message);
        Assert.Equal(before.Text, (await shared.Admin.AskAsync(maps + "/a")).Text);
    }

    [Fact]
    public async Task What_does_not_decode_is_shown()
    {
        var path = await DeploymentAsync();

        var merged = await shared.Admin.PatchAsync(path, "merge-patch+json", """{"spec":{"replicas":"many"}}""");
        Assert.Equal((422, "Invalid", "patch"), (merged.Code, merged.Reason, (string)merged.Json["details"]!["causes"]![0]!["field"]!));
        Assert.StartsWith(" \"\" is invalid: patch: Invalid value: \"{\\\"kind\\\":\\\"Deployment\\\"", merged.Message, StringComparison.Ordinal);
        var strategic = await shared.Admin.PatchAsync(path, "strategic-merge-patch+json", """{"spec":{"replicas":"many","paused":true}}""");
        Assert.StartsWith(" \"\" is invalid: patch: Invalid value: \"map[spec:map[paused:true replicas:many]]\": ", strategic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patches_of_many_at_once_all_count()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            shared.Admin.PatchAsync(maps + "/a", i % 2 == 0 ? "merge-patch+json" : "strategic-merge-patch+json", $$$"""{"data":{"k{{{i}}}":"v"} }""")));

        Assert.All(answers, static answer => Assert.Equal(200, answer.Code));
        Assert.Equal(40, (await shared.Admin.AskAsync(maps + "/a")).Json["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Updates_of_one_version_let_one_win()
    {
        var maps = await shared.MapsAsync();
        var created = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            shared.Admin.PutAsync(maps + "/a", created.Text.Replace("\"v\"", $"\"{i}\"", StringComparison.Ordinal))));

        Assert.Equal(1, answers.Count(static answer => answer.Code == 200));
        Assert.Equal(19, answers.Count(static answer => answer is { Code: 409, Reason: "Conflict" }));
    }

    [Fact]
    public async Task A_patch_of_nothing_is_not_found()
    {
        var maps = await shared.MapsAsync();

        Assert.Equal((404, "configmaps \"a\" not found"), await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", "{}") is var answer ? (answer.Code, answer.Message) : default);
    }

    [Fact]
    public async Task Force_is_for_apply()
    {
        var answer = await shared.Admin.PatchAsync(await shared.MapsAsync() + "/a?force=true", "merge-patch+json", "{}");

        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch"), (answer.Code, answer.Message));
        var apply = await shared.Admin.PatchAsync(await shared.MapsAsync() + "/a", "apply-patch+yaml", "{}");
        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"), (apply.Code, apply.Message));
    }

    private async Task<string> DeploymentAsync()
    {
        var path = $"/apis/apps/v1/namespaces/{await shared.NamespaceAsync()}/deployments";
        Assert.Equal(201, (await shared.Admin.PostAsync(path, Deployment)).Code);
        return path + "/d";
    }
}
