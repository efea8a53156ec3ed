using System.Net.Http.Headers;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class BadInputTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{")]
    [InlineData("{\"metadata\":")]
    [InlineData("{\"metadata\":{\"name\":\"a\"}}x")]
    [InlineData("{\"metadata\":[]}")]
    [InlineData("{\"metadata\":{\"name\":1}}")]
    [InlineData("{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":1}}")]
    [InlineData("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"}}")]
    [InlineData("{\"kind\":\"ConfigMap\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"name\":\"a\"}}")]
    public async Task A_body_that_is_no_such_object_is_a_bad_request(string body)
    {
        var maps = await shared.MapsAsync();

        var answer = await shared.Admin.PostAsync(maps, body);

        Assert.Equal((400, "BadRequest", "Failure"), (answer.Code, answer.Reason, (string)answer.Json["status"]!));
        Assert.Empty((await shared.Admin.AskAsync(maps)).Items);
    }

    [Fact]
    public async Task A_body_of_more_than_three_mebibytes_is_too_large()
    {
        var maps = await shared.MapsAsync();
        var body = $$$"""{"metadata":{"name":"a","annotations":{"k":"{{{new string('x', 4 << 20)}}}"} } }""";

        foreach (var answer in (Answer[])
        [
            await shared.Admin.PostAsync(maps, body),
            await shared.Admin.PutAsync(maps + "/a", body),
            await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", body),
            await shared.Admin.RemoveAsync(maps + "/a", body),
        ])
        {
            Assert.Equal((413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"), (answer.Code, answer.Reason, answer.Message));
        }
    }

    [Theory]
    [InlineData("{\"a\":", "}")]
    [InlineData("[", "]")]
    public async Task Deep_nesting_is_refused(string open, string close)
    {
        var maps = await shared.MapsAsync();
        var deep = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));

        Assert.Equal(400, (await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"a"},"unknown":{{{deep}}}}""")).Code);
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        foreach (var type in (string[])["merge-patch+json", "strategic-merge-patch+json", "json-patch+json", "apply-patch+yaml"])
        {
            var body = type == "json-patch+json" ? $$"""[{"op":"add","path":"/data","value":{{deep}}}]""" : $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{{{deep}}}}""";
            Assert.Equal(400, (await shared.Admin.PatchAsync(maps + "/a?fieldManager=x", type, body)).Code);
        }
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_harms_nobody()
    {
        var maps = await shared.MapsAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, maps);
        request.Content = new ByteArrayContent([.. Encoding.ASCII.GetBytes("""{"metadata":{"name":"a"},"data":{"k":" """), 0xff, 0xfe, .. Encoding.ASCII.GetBytes("\"}}")]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var answer = await shared.Admin.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Contains((int)answer.StatusCode, (int[])[201, 400]);
        Assert.Equal(200, (await shared.Admin.AskAsync(maps)).Code);
    }

    [Fact]
    public async Task A_body_of_an_unknown_type_is_refused()
    {
        var maps = await shared.MapsAsync();

        var answer = await shared.Admin.SendAsync(HttpMethod.Post, maps, "<a/>", "application/xml");

        Assert.Equal((415, "UnsupportedMediaType"), (answer.Code, answer.Reason));
        Assert.StartsWith("the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_in_an_unknown_type_cannot_be_had()
    {
        var answer = await shared.Admin.GetAsync("/api/v1/configmaps", "application/xml");

        Assert.Equal((406, "NotAcceptable"), (answer.Code, answer.Reason));
        Assert.StartsWith("only the following media types are accepted: application/json, ", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_of_a_hundred_thousand_labels_is_kept_or_refused_and_can_be_selected()
    {
        var maps = await shared.MapsAsync();
        var labels = new StringBuilder();
        for (var i = 0; i < 100_000; i++)
        {
            labels.Append(i == 0 ? "" : ",").Append($"\"label-{i}\":\"{i}\"");
        }

        var answer = await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"a","labels":{ {{{labels}}} } } }""");

        Assert.Contains(answer.Code, (int[])[201, 413, 422]);
        var list = await shared.Admin.AskAsync(maps + "?labelSelector=label-77777%3D77777");
        Assert.Equal(answer.Code == 201 ? 1 : 0, list.Items.Count);
    }

    [Fact]
    public async Task A_selector_of_thousands_of_terms_is_answered()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a","labels":{"a":"1"}}}""");

        var answer = await shared.Admin.AskAsync($"{maps}?labelSelector=a%20in%20({string.Join(',', Enumerable.Range(0, 600))})");

        Assert.Single(answer.Items);
    }

    [Theory]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps/a", "GET, PATCH, PUT")]
    [InlineData("PUT", "/api/v1/namespaces/default/configmaps", "GET, POST")]
    [InlineData("PATCH", "/api/v1/namespaces/default/configmaps", "GET, POST")]
    [InlineData("DELETE", "/api/v1/namespaces/default/pods/a/status", "GET, PATCH, PUT")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/a/status", "GET, PATCH, PUT")]
    public async Task A_method_that_a_path_does_not_have_is_refused(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };

        using var response = await shared.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405}""",
            text.Trim());
        Assert.Contains(allowed.Split(", ")[0], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/namespaces/default/nothing")]
    [InlineData("/api/v2/pods")]
    [InlineData("/apis/apps/v1/nothing")]
    [InlineData("/apis/apps/v9/deployments")]
    [InlineData("/api/v1/namespaces/default/pods/a/nothing")]
    public async Task A_resource_that_a_group_lacks_is_not_found(string path)
    {
        var answer = await shared.Admin.AskAsync(path);

        Assert.Equal(404, answer.Code);
        Assert.Equal(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}""",
            answer.Text.Trim());
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/apis/example.com/v1")]
    [InlineData("/apis/example.com/v1/things")]
    [InlineData("/apifoo")]
    [InlineData("/healthzz")]
    public async Task A_path_that_is_nobodys_is_a_plain_404(string path)
    {
        var answer = await shared.Admin.AskAsync(path);

        Assert.Equal((404, "404 page not found\n", "text/plain; charset=utf-8"), (answer.Code, answer.Text, answer.ContentType));
    }

    [Theory]
    [InlineData("dryRun=some", "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"some\"]: supported values: \"All\"")]
    [InlineData("fieldValidation=Loose", "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Loose\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")]
    [InlineData("fieldManager=a%01", "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\x01\": invalid character U+0001 (at position 1)")]
    public async Task Bad_options_of_a_create_are_refused(string query, string message)
    {
        var answer = await shared.Admin.PostAsync($"{await shared.MapsAsync()}?{query}", """{"metadata":{"name":"a"}}""");

        Assert.Equal((422, "Invalid", message), (answer.Code, answer.Reason, answer.Message));
    }
}
