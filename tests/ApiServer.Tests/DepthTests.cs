using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>Types that hold themselves: what is nested as deep as is read must not be deeper than a thread's stack.</summary>
public sealed class DepthTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Theory]
    [InlineData(50)]
    [InlineData(200)]
    [InlineData(490)]
    [InlineData(5000)]
    public async Task Schemas_of_any_depth_are_answered(int depth)
    {
        foreach (var (open, close) in ((string, string)[])[("\"not\":{", "}"), ("\"allOf\":[{", "}]"), ("\"type\":\"object\",\"properties\":{\"a\":{", "}}"), ("\"type\":\"array\",\"items\":{", "}")])
        {
            var schema = string.Concat(Enumerable.Repeat(open, depth)) + string.Concat(Enumerable.Repeat(close, depth));
            var body = $$$"""
                {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"as.example.com"},"spec":{"group":"example.com","scope":"Cluster","names":{"plural":"as","singular":"a","kind":"A","listKind":"AList"},
                 "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"x":{ {{{schema}}} } } } } }] } }
                """;

            foreach (var answer in (Answer[])
            [
                await shared.Admin.PostAsync(Definitions + "?dryRun=All", body),
                await shared.Admin.SendAsync(HttpMethod.Post, Definitions + "?dryRun=All", body, accept: "application/yaml"),
                await shared.Admin.SendAsync(HttpMethod.Post, Definitions + "?dryRun=All", body, accept: "application/vnd.kubernetes.protobuf"),
                await shared.Admin.PatchAsync(Definitions + "/as.example.com?dryRun=All&fieldManager=m", "apply-patch+yaml", body),
            ])
            {
                Assert.True(answer.Code < 500, $"{open} {depth}: {answer.Text[..Math.Min(answer.Text.Length, 500)]}");
            }
        }

        Assert.Equal(200, (await shared.Admin.AskAsync(Definitions)).Code);
    }

    [Theory]
    [InlineData(100, 201)]
    [InlineData(9_999, 201)]
    [InlineData(10_000, 400)]
    [InlineData(400_000, 400)]
    public async Task What_is_not_known_may_be_as_deep_as_upstream_reads(int depth, int code)
    {
        foreach (var (open, close) in ((string, string)[])[("[", "]"), ("{\"a\":", "}")])
        {
            var body = $$"""{"metadata":{"name":"a"},"unknown":{{Nested(open, close, depth)}}}""";

            var answer = await shared.Admin.PostAsync("/api/v1/namespaces/default/configmaps?dryRun=All", body);

            Assert.Equal(code, answer.Code);
            Assert.Contains(code == 201 ? "\"name\":\"a\"" : "exceeded max depth", answer.Text);
        }
    }

    [Theory]
    [InlineData(500, 200)]
    [InlineData(600, 400)]
    [InlineData(9_000, 400)]
    public async Task What_is_kept_can_be_read_and_patched_in_every_form(int depth, int code)
    {
        var revisions = $"/apis/apps/v1/namespaces/{await shared.NamespaceAsync()}/controllerrevisions";
        var deep = Nested("{\"a\":", "}", depth);

        var created = await shared.Admin.PostAsync(revisions, $$"""{"metadata":{"name":"a"},"revision":1,"data":{{deep}}}""");

        Assert.Equal(code == 200 ? 201 : 400, created.Code);
        if (code != 200)
        {
            Assert.EndsWith("exceeded max depth", created.Message);
            return;
        }

        Assert.Contains(deep, created.Text);
        foreach (var accept in (string[])["application/yaml", "application/vnd.kubernetes.protobuf", "application/json;as=Table;v=v1;g=meta.k8s.io"])
        {
            Assert.Equal(200, (await shared.Admin.GetAsync(revisions + "/a", accept)).Code);
        }

        Assert.Equal(200, (await shared.Admin.AskAsync(revisions + "/a?pretty=true")).Code);
        foreach (var type in (string[])["merge-patch+json", "strategic-merge-patch+json"])
        {
            Assert.Equal(200, (await shared.Admin.PatchAsync(revisions + "/a", type, """{"metadata":{"labels":{"x":"y"}}}""")).Code);
            Assert.Equal(422, (await shared.Admin.PatchAsync(revisions + "/a", type, $$"""{"data":{{Nested("{\"b\":", "}", depth)}}}""")).Code); // It is immutable, and that is all.
        }

        Assert.Equal(200, (await shared.Admin.PatchAsync(revisions + "/a", "json-patch+json", """[{"op":"add","path":"/metadata/labels/z","value":"1"}]""")).Code);
        var applied = $$"""{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"a"},"revision":1,"data":{{deep}}}""";
        Assert.Equal(200, (await shared.Admin.PatchAsync(revisions + "/a?fieldManager=m&force=true", "apply-patch+yaml", applied)).Code);
        Assert.Equal(200, (await shared.Admin.RemoveAsync(revisions + "/a")).Code);
    }

    [Theory]
    [InlineData("application/json", 1_000_000)]
    [InlineData("application/yaml", 1_000_000)]
    [InlineData("application/yaml", 5_000)]
    [InlineData("application/merge-patch+json", 1_000_000)]
    [InlineData("application/merge-patch+json", 5_000)]
    [InlineData("application/strategic-merge-patch+json", 5_000)]
    [InlineData("application/json-patch+json", 5_000)]
    [InlineData("application/apply-patch+yaml", 5_000)]
    public async Task What_is_too_deep_is_a_bad_request_of_whatever_type(string type, int depth)
    {
        var deep = Nested("[", "]", depth);
        var isPatch = type.Contains("patch", StringComparison.Ordinal);
        var body = type == "application/json-patch+json"
            ? $$"""[{"op":"add","path":"/data","value":{{deep}}}]"""
            : $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt"},"data":{{deep}}}""";

        var answer = await shared.Admin.SendAsync(
            isPatch ? HttpMethod.Patch : HttpMethod.Post,
            "/api/v1/namespaces/default/configmaps" + (isPatch ? "/a?fieldManager=m" : ""),
            body,
            type);

        Assert.Contains(answer.Code, (int[])[400, 404]); // Whether there is anything to patch is asked first, or last.
        Assert.Equal(200, (await shared.Admin.AskAsync("/livez")).Code);
    }

    private static string Nested(string open, string close, int depth) =>
        new StringBuilder(depth * (open.Length + close.Length) + 1).Insert(0, open, depth).Append('1').Insert(depth * open.Length + 1, close, depth).ToString();
}
