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
    [InlineData(600, 400)]
    [InlineData(20_000, 400)]
    public async Task Unknown_values_of_any_depth_are_answered(int depth, int code)
    {
        var body = new StringBuilder("""{"metadata":{"name":"a"},"unknown":""").Append('[', depth).Append(']', depth).Append('}').ToString();

        Assert.Equal(code, (await shared.Admin.PostAsync("/api/v1/namespaces/default/configmaps?dryRun=All", body)).Code);
    }
}
