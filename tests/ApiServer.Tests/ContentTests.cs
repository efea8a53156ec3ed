using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

/// <summary>How answers are spelled, packed and labelled.</summary>
public sealed class ContentTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Protobuf = "application/vnd.kubernetes.protobuf";
    private const string AggregatedDiscovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json;as=Table;g=meta.k8s.io;v=v1")]
    [InlineData("application/yaml")]
    [InlineData(Protobuf)]
    public async Task Large_answers_are_compressed_for_those_who_can_read_it(string accept)
    {
        var maps = await LargeMapsAsync();

        var plain = await SendAsync(maps + "?includeObject=Object", ("Accept", accept));
        var packed = await SendAsync(maps + "?includeObject=Object", ("Accept", accept), ("Accept-Encoding", "deflate, gzip"));

        Assert.Equal("", plain.Encoding);
        Assert.Equal(("gzip", "Accept-Encoding"), (packed.Encoding, packed.Header("Vary")));
        Assert.Equal(plain.ContentType, packed.ContentType);
        Assert.True(packed.Body.Length < plain.Body.Length / 10);
        Assert.Equal(Encoding.UTF8.GetString(plain.Body), Encoding.UTF8.GetString(Unpack(packed.Body)));
    }

    [Fact]
    public async Task Small_answers_and_watches_are_not_compressed()
    {
        var maps = await LargeMapsAsync();

        Assert.Equal("", (await SendAsync("/api/v1/namespaces/default", ("Accept-Encoding", "gzip"))).Encoding);
        Assert.Equal("", (await SendAsync(maps + "?watch=true&timeoutSeconds=1", ("Accept-Encoding", "gzip"))).Encoding);
        Assert.Equal("", (await SendAsync(maps, ("Accept-Encoding", "br, gzip;q=0.5"))).Encoding);
        Assert.Equal("gzip", (await SendAsync(maps + "/m0", ("Accept-Encoding", "gzip"))).Encoding);
    }

    [Theory]
    [InlineData("", "kubectl/v1.33.0", false)]
    [InlineData("?pretty=true", "kubectl/v1.33.0", true)]
    [InlineData("", "curl/8.0", true)]
    [InlineData("", "Wget/1.21", true)]
    [InlineData("", "Mozilla/5.0 (X11)", true)]
    [InlineData("?pretty=false", "curl/8.0", false)]
    [InlineData("?pretty=0", "curl/8.0", false)]
    [InlineData("?pretty=", "curl/8.0", true)]
    public async Task People_get_indented_JSON(string query, string agent, bool isPretty)
    {
        foreach (var path in (string[])["/api/v1/namespaces/default", "/api/v1/namespaces", "/apis"])
        {
            var text = (await SendAsync(path + query, ("User-Agent", agent))).Text;

            Assert.Equal(isPretty, text.StartsWith("{\n  \"kind\": ", StringComparison.Ordinal));
            Assert.Equal(!isPretty, text.EndsWith('\n'));
        }
    }

    [Fact]
    public async Task The_media_type_may_ask_for_indented_JSON() =>
        Assert.StartsWith("{\n  \"kind\"", (await SendAsync("/api/v1/namespaces/default", ("Accept", "application/json;pretty=1"))).Text, StringComparison.Ordinal);

    [Fact]
    public async Task YAML_comes_and_goes()
    {
        var maps = await shared.MapsAsync();
        const string body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  on: \"yes\"\n  text: |\n    one\n    two\n";

        var created = await shared.Admin.SendAsync(HttpMethod.Post, maps, body, "application/yaml", "application/yaml");

        Assert.Equal((201, "application/yaml"), (created.Code, created.ContentType));
        Assert.Contains("  text: |\n    one\n    two\n", created.Text, StringComparison.Ordinal);
        Assert.Equal("yes", (string)(await shared.Admin.AskAsync(maps + "/a")).Json["data"]!["on"]!);
        var list = await shared.Admin.GetAsync(maps, "application/yaml");
        Assert.StartsWith("apiVersion: v1\n", Sorted(list.Text), StringComparison.Ordinal);
        var missing = await shared.Admin.GetAsync(maps + "/none", "application/yaml");
        Assert.Equal((404, "application/yaml"), (missing.Code, missing.ContentType));
        Assert.Equal(200, (await shared.Admin.SendAsync(HttpMethod.Delete, maps + "/a", "apiVersion: v1\nkind: DeleteOptions\npropagationPolicy: Background\n", "application/yaml")).Code);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/cbor")]
    [InlineData("image/*, text/plain;q=0.5")]
    [InlineData(Protobuf + ";as=Table;g=meta.k8s.io;v=v1")]
    [InlineData("application/json;as=Chair;g=meta.k8s.io;v=v1")]
    [InlineData("application/json;q=0")]
    [InlineData(";;;,,,=")]
    public async Task What_cannot_be_had_is_named(string accept)
    {
        var answer = await shared.Admin.GetAsync("/api/v1/namespaces", accept);

        Assert.Equal((406, "NotAcceptable", "application/json"), (answer.Code, answer.Reason, answer.ContentType));
        Assert.Equal("only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf", answer.Message);
    }

    [Theory]
    [InlineData("POST", "application/xml")]
    [InlineData("POST", "text/yaml")]
    [InlineData("POST", "application/merge-patch+json")]
    [InlineData("PUT", "text/plain")]
    [InlineData("DELETE", "multipart/form-data")]
    public async Task Bodies_of_other_types_are_refused(string method, string type)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answer = await shared.Admin.SendAsync(new HttpMethod(method), method == "POST" ? maps : maps + "/a", """{"metadata":{"name":"a"}}""", type);

        Assert.Equal((415, "UnsupportedMediaType"), (answer.Code, answer.Reason));
        Assert.Equal("the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf", answer.Message);
    }

    [Fact]
    public async Task A_patch_of_another_type_is_told_which_there_are()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answer = await shared.Admin.SendAsync(HttpMethod.Patch, maps + "/a", "{}", Protobuf);

        Assert.Equal(415, answer.Code);
        Assert.Equal(
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml",
            answer.Message);
    }

    [Fact]
    public async Task A_charset_does_not_matter()
    {
        var maps = await shared.MapsAsync();

        Assert.Equal(201, (await shared.Admin.SendAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""", "Application/JSON; charset=utf-8")).Code);
        Assert.Equal(200, (await shared.Admin.SendAsync(HttpMethod.Patch, maps + "/a", "{}", "application/merge-patch+json; charset=utf-8")).Code);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default")]
    [InlineData("/api/v1/namespaces")]
    [InlineData("/api/v1/namespaces/none")]
    [InlineData("/api/v1/namespaces?watch=true&timeoutSeconds=1")]
    [InlineData("/version")]
    [InlineData("/apis")]
    [InlineData("/openapi/v3")]
    public async Task Answers_are_for_the_asker_alone(string path) =>
        Assert.Equal("no-cache, private", (await SendAsync(path)).Header("Cache-Control"));

    [Fact]
    public async Task Aggregated_discovery_is_sent_once()
    {
        foreach (var accept in (string[])[AggregatedDiscovery, "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io, application/json;q=0.9"])
        {
            var first = await SendAsync("/apis", ("Accept", accept));
            var tag = first.Header("ETag");
            var second = await SendAsync("/apis", ("Accept", accept), ("If-None-Match", tag));

            Assert.Equal("APIGroupDiscoveryList", (string)first.Json["kind"]!);
            Assert.Equal(AggregatedDiscovery, first.ContentType.Replace(" ", "", StringComparison.Ordinal));
            Assert.Equal((200, "Accept"), (first.Code, first.Header("Vary")));
            Assert.Equal((304, 0, tag), (second.Code, second.Body.Length, second.Header("ETag")));
        }
    }

    [Fact]
    public async Task OpenAPI_documents_are_sent_once_and_kept_by_their_hash()
    {
        var address = (string)(await shared.Admin.AskAsync("/openapi/v3")).Json["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;

        var first = await SendAsync(address);
        var second = await SendAsync(address, ("If-None-Match", first.Header("ETag")));
        var old = await SendAsync("/openapi/v3/apis/apps/v1?hash=OLD");

        Assert.Equal((200, "public, immutable", "Accept"), (first.Code, first.Header("Cache-Control"), first.Header("Vary")));
        Assert.NotEqual("", first.Header("Expires"));
        Assert.Equal((304, 0), (second.Code, second.Body.Length));
        Assert.Equal((301, address), (old.Code, old.Header("Location")));
    }

    [Fact]
    public async Task OpenAPI_v2_is_JSON_or_protobuf()
    {
        var json = await SendAsync("/openapi/v2", ("Accept", "application/json"));
        var protobuf = await SendAsync("/openapi/v2", ("Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"), ("Accept-Encoding", "gzip"));

        Assert.Equal("2.0", (string)json.Json["swagger"]!);
        Assert.Equal(("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", "gzip"), (protobuf.ContentType, protobuf.Encoding));
        Assert.Equal(0x0a, Unpack(protobuf.Body)[0]);
    }

    [Theory]
    [InlineData("Ignore", "")]
    [InlineData("", "unknown field \"data2\"|unknown field \"metadata.nome\"|duplicate field \"data.k\"|duplicate field \"metadata.labels\"")]
    [InlineData("Warn", "unknown field \"data2\"|unknown field \"metadata.nome\"|duplicate field \"data.k\"|duplicate field \"metadata.labels\"")]
    public async Task Fields_that_are_unknown_or_doubled_are_warned_of(string validation, string warnings)
    {
        var maps = await shared.MapsAsync();

        var answer = await shared.Admin.PostAsync(maps + (validation.Length == 0 ? "" : "?fieldValidation=" + validation), Doubled);

        Assert.Equal(201, answer.Code);
        Assert.Equal(warnings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(text => $"299 - \"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"").Order(), answer.Warnings.Order());
        Assert.Equal("2", (string)answer.Json["data"]!["k"]!);
    }

    [Theory]
    [InlineData("application/json", Doubled)]
    [InlineData("application/yaml", "metadata:\n  name: a\n  nome: x\n  labels: {}\n  labels: {}\ndata:\n  k: '1'\n  k: '2'\ndata2: {}\n")]
    public async Task Fields_that_are_unknown_or_doubled_are_refused_to_the_strict(string type, string body)
    {
        var maps = await shared.MapsAsync();

        var answer = await shared.Admin.SendAsync(HttpMethod.Post, maps + "?fieldValidation=Strict", body, type);

        Assert.Equal(400, answer.Code);
        Assert.StartsWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: ", answer.Message, StringComparison.Ordinal);
        foreach (var problem in (string[])["unknown field \"data2\"", "unknown field \"metadata.nome\"", "duplicate field \"data.k\"", "duplicate field \"metadata.labels\""])
        {
            Assert.Contains(problem, answer.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Doubled_keys_of_large_maps_are_found()
    {
        var maps = await shared.MapsAsync();
        var keys = string.Join(',', Enumerable.Range(0, 5000).Append(17).Select(i => $"\"k{i}\":\"v\""));

        var answer = await shared.Admin.PostAsync(maps + "?fieldValidation=Strict", $$$"""{"metadata":{"name":"a"},"data":{{{{keys}}}}}""");

        Assert.Contains("duplicate field \"data.k17\"", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_of_another_kind_is_named()
    {
        var answer = await shared.Admin.PostAsync(await shared.MapsAsync(), """{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"}}""");

        Assert.Equal((400, "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion"), (answer.Code, answer.Message));
    }

    private const string Doubled = """{"metadata":{"name":"a","nome":"x","labels":{},"labels":{}},"data":{"k":"1","k":"2"},"data2":{}}""";

    private static string Sorted(string text) => string.Join('\n', text.Split('\n').OrderByDescending(line => line.StartsWith("apiVersion", StringComparison.Ordinal)));

    private static byte[] Unpack(byte[] body)
    {
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private async Task<string> LargeMapsAsync()
    {
        var maps = await shared.MapsAsync();
        for (var i = 0; i < 2; i++)
        {
            await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"m{{{i}}}"},"data":{"k":"{{{new string('x', 200_000)}}}"}}""");
        }

        return maps;
    }

    private async Task<Reply> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = new Version(2, 0) };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await shared.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), all);
    }

    private sealed record Reply(int Code, byte[] Body, Dictionary<string, string> Headers)
    {
        public string Text => System.Text.Encoding.UTF8.GetString(Body);

        public JsonNode Json => JsonNode.Parse(Body)!;

        public string Encoding => Header("Content-Encoding");

        public string ContentType => Header("Content-Type");

        public string Header(string name) => Headers.GetValueOrDefault(name, "");
    }
}
