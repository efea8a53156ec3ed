using System.Buffers.Text;
using System.Text;
using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources;
using Navarch.ApiServer.Tests.Server;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Media;

/// <summary>
/// Broken bytes of every kind that a client can send. Each ends in an answer or in an error meant for the client; anything
/// else that is thrown here would be a 500 there.
/// </summary>
public sealed class FuzzTests
{
    private const int Seed = 20261121;
    private const string Telling = "{}[]\",:\\0-9eE&*!|>%@`#~?nt\n\t ";

    private static readonly Kind[] Kinds = [.. AllResources.List.SelectMany(static rules => rules.ToKinds())];

    [Fact]
    public void Objects_in_JSON() => Each(3000, (random, kind, json) =>
    {
        try
        {
            var value = kind.ParseRequest(Broken(random, json), out _);
            _ = kind.Prepare(value.WithMetadata(value.Metadata with { Name = "a", Namespace = "b" }));
        }
        catch (ApiJsonException)
        {
        }
    });

    [Fact]
    public void Objects_in_YAML() => Each(3000, (random, kind, json) =>
    {
        var yaml = random.Next(2) == 0 ? Yaml.FromJson(json) : json;
        try
        {
            _ = kind.ParseRequest(Yaml.ToJson(Broken(random, yaml)), out _);
        }
        catch (Exception e) when (e is ApiJsonException or StatusException)
        {
        }
    });

    [Fact]
    public void Objects_in_protobuf() => Each(3000, (random, kind, json) =>
    {
        var bytes = Broken(random, Kind.ToProtobuf(kind.Show(kind.ParseRequest(json, out _))));
        try
        {
            var again = kind.JsonOf(ApiProto.Open(bytes).Message.Span);
            _ = kind.ParseRequest(again, out var problems);
            Assert.Empty(problems);
        }
        catch (Exception e) when (e is ApiProtoException or ApiJsonException)
        {
        }
    });

    [Fact]
    public void What_is_stored_can_be_written_in_every_form() => Each(500, (unused, kind, json) =>
    {
        var value = kind.ParseRequest(json, out _);
        var stored = StoredObject.From(kind.Prepare(value.WithMetadata(value.Metadata with { Name = "a", Namespace = "b" })), 7, keepValue: false);
        var shown = kind.Show(stored);

        Assert.Equal(Machinery.Json.JsonNode.Parse(shown.Json), Machinery.Json.JsonNode.Parse(Yaml.ToJson(Yaml.FromJson(shown.Json))));
        Assert.Equal(Encoding.UTF8.GetString(shown.Json), Compact(PrettyJson.Indent(shown.Json)));
        Assert.Equal("7", ((IResource)shown.Value).Metadata.ResourceVersion);
        Assert.Equal(
            Encoding.UTF8.GetString(PartialMetadataOf(shown)),
            Encoding.UTF8.GetString(ApiJson.FieldsToUtf8(ApiProto.Parse<Api.Core.V1.ConfigMap>(ApiProto.Open(PartialProtobuf.Write(shown, "v1")).Message.Span).Metadata)));
    });

    [Theory]
    [InlineData("application/merge-patch+json")]
    [InlineData("application/strategic-merge-patch+json")]
    [InlineData("application/json-patch+json")]
    public void Patches(string type) => Each(1500, (random, kind, json) =>
    {
        var patch = type == "application/json-patch+json" ? Operations(random) : new RandomApi(random).Value(kind.Schema);
        var value = kind.ParseRequest(json, out _);
        var stored = StoredObject.From(kind.Prepare(value.WithMetadata(value.Metadata with { Name = "a", Namespace = "b" })), 7, keepValue: true);
        try
        {
            _ = PatchBody.Parse(type, Broken(random, patch), kind.Schema).Apply(kind, stored, null);
        }
        catch (StatusException e)
        {
            Assert.InRange(e.Status.Code, 400, 422);
        }
    });

    [Fact]
    public void Applied_configurations() => Each(1500, (random, kind, json) =>
    {
        var value = kind.ParseRequest(json, out _);
        var stored = StoredObject.From(kind.Prepare(value.WithMetadata(value.Metadata with { Name = "a", Namespace = "b", ManagedFields = [] })), 7, keepValue: true);
        var head = Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind.Type.Kind}\",\"apiVersion\":\"{kind.Type.ApiVersion}\"");
        var fields = new RandomApi(random).Value(kind.Schema);
        byte[] configuration = fields.Length > 2 ? [.. head, (byte)',', .. fields[1..]] : [.. head, (byte)'}'];
        try
        {
            _ = ApplyBody.Parse(kind, random.Next(3) == 0 ? configuration : Broken(random, configuration), "m", "", force: true, DateTimeOffset.UnixEpoch).Apply(stored);
        }
        catch (StatusException e)
        {
            Assert.True(e.Status.Code is >= 400 and <= 422 || e.Status.Message.StartsWith("failed to create typed patch object (", StringComparison.Ordinal), e.Status.Message);
        }
    });

    [Fact]
    public void Selectors()
    {
        string[] labels = ["a=b", "a in (b,c)", "!a", "a notin (b)", "a!=b,c==d", "a>1", "example.com/x", "metadata.name=a", "spec.nodeName!=b", "metadata.name=\\,\\=", "(", ")", "in", ",", "=", "!", "\\", " "];
        Each(4000, (random, kind, unused) =>
        {
            var text = new StringBuilder();
            for (var parts = random.Next(6); parts >= 0; parts--)
            {
                text.Append(labels[random.Next(labels.Length)]);
            }

            var broken = Encoding.UTF8.GetString(Broken(random, Encoding.UTF8.GetBytes(text.ToString())));
            try
            {
                _ = random.Next(2) == 0 ? Selection.Parse(kind, "a", broken, "") : Selection.Parse(kind, "", "", broken);
            }
            catch (StatusException e)
            {
                Assert.Equal(400, e.Status.Code);
            }
        });
    }

    [Fact]
    public void Continue_tokens()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 20_000; round++)
        {
            var inner = Broken(random, Encoding.UTF8.GetBytes($"1\n{random.Next(-2, 100)}\nns/name"));
            var token = random.Next(2) == 0 ? Base64Url.EncodeToString(inner) : Encoding.Latin1.GetString(Broken(random, Encoding.Latin1.GetBytes(new ContinueToken(5, "a/b").ToString())));
            try
            {
                _ = ContinueToken.Parse(token);
            }
            catch (StatusException e)
            {
                Assert.InRange(e.Status.Code, 400, 410);
            }
        }
    }

    [Fact]
    public void Requests_and_headers()
    {
        string[] paths = ["/api/v1/namespaces/a/pods/b/status", "/apis/apps/v1/watch/deployments", "/api", "/apis/x/", "/api/v1/namespaces/a/services/b/proxy/c//d", "//", "/openapi/v3/apis/apps/v1"];
        string[] queries = ["?watch=true&limit=5", "?labelSelector=a%3Db&continue=abc", "?timeoutSeconds=9999999999999&dryRun=All", "?fieldValidation=Strict&pretty=%ff", "?resourceVersion=0&=&&a=b=c", "?gracePeriodSeconds=-1"];
        string[] accepts = ["application/json;as=Table;v=v1;g=meta.k8s.io,application/json;q=0.1", "application/vnd.kubernetes.protobuf;stream=watch, */*;q=1e9", "a/b;q=NaN;;=,", "*/*;q=-1,application/yaml; q = 0.5"];
        var random = new Random(Seed);
        for (var round = 0; round < 20_000; round++)
        {
            string Of(string[] texts) => Encoding.UTF8.GetString(Broken(random, Encoding.UTF8.GetBytes(texts[random.Next(texts.Length)])));
            try
            {
                _ = RequestInfo.Parse("GET", "/" + Of(paths), isWatch: false);
                _ = OutputFormat.OfError(Of(accepts));
                _ = RequestOptions.Parse(Of(queries));
                _ = OutputFormat.Negotiate(Of(accepts), (Offer)random.Next(3));
            }
            catch (StatusException e)
            {
                Assert.Contains(e.Status.Code, (int[])[400, 406, 422]);
            }
        }
    }

    [Fact]
    public void Anchors_within_anchors_do_not_add_up()
    {
        var deep = string.Concat(Enumerable.Range(0, 100).Select(i => $"&a{i} [")) + "'" + new string('x', 1 << 20) + "'" + new string(']', 100);

        Assert.Contains("aliasing", Assert.Throws<StatusException>(() => Yaml.ToJson(Encoding.UTF8.GetBytes(deep))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_sent_over_HTTP_is_the_servers_fault()
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(Seed);
        for (var round = 0; round < 600; round++)
        {
            var kind = Kinds[random.Next(Kinds.Length)];
            var json = new RandomApi(random).Value(kind.Schema);
            var path = kind.Type.CollectionPath(kind.Type.Namespaced ? "default" : "");
            var (method, type, body) = random.Next(7) switch
            {
                0 => ("POST", "application/yaml", Yaml.FromJson(json)),
                1 => ("POST", "application/vnd.kubernetes.protobuf", Kind.ToProtobuf(kind.Show(kind.ParseRequest(json, out _)))),
                2 => ("PUT", "application/json", json),
                3 => ("PATCH", "application/apply-patch+yaml", json),
                4 => ("PATCH", "application/merge-patch+json", json),
                5 => ("DELETE", "application/json", Encoding.UTF8.GetBytes("""{"gracePeriodSeconds":-1,"preconditions":{"uid":"x"}}""")),
                _ => ("POST", "application/json", json),
            };
            using var request = new HttpRequestMessage(new HttpMethod(method), (method == "POST" ? path : path + "/a") + "?dryRun=All&fieldManager=m") { Version = new Version(2, 0) };
            request.Content = new ByteArrayContent(random.Next(2) == 0 ? body : Broken(random, body));
            request.Content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(type);
            using var answer = await server.Admin.SendAsync(request, TestContext.Current.CancellationToken);

            // A create that names a version, and a configuration that does not fit, are refused as upstream does it: with a 500 that is meant.
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode < 500 || text.Contains("resourceVersion should not be set", StringComparison.Ordinal)
                || text.Contains("failed to create typed patch object (", StringComparison.Ordinal), $"round {round}, {method} {kind.Type} as {type}: {text}");
        }

        Assert.Equal(200, (await server.Admin.AskAsync("/readyz")).Code);
    }

    [Fact]
    public async Task A_hundred_thousand_members_are_taken_away_as_fast_as_they_came()
    {
        await using var server = await TestServer.StartAsync();
        const string maps = "/api/v1/namespaces/default/configmaps";
        string Members(string value) => string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"k{i}\":{value}"));
        var created = await server.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"a"},"data":{ {{{Members("\"\"")}}} } }""");
        Assert.Contains(created.Code, (int[])[201, 413, 422]);

        foreach (var type in (string[])["merge-patch+json", "strategic-merge-patch+json"])
        {
            var patched = await server.Admin.PatchAsync(maps + "/a?dryRun=All", type, $$$"""{"data":{ {{{Members("null")}}} } }""");
            Assert.Equal(created.Code == 201 ? 200 : 404, patched.Code);
        }
    }

    private static void Each(int rounds, Action<Random, Kind, byte[]> test)
    {
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(Seed + round);
            var kind = Kinds[round % Kinds.Length];
            var json = new RandomApi(random).Value(kind.Schema);
            try
            {
                test(random, kind, json);
            }
            catch (Exception e)
            {
                Assert.Fail($"{kind.Type}, round {round}: {e}");
            }
        }
    }

    private static byte[] Operations(Random random)
    {
        string[] paths = ["", "/", "/metadata", "/metadata/labels/a", "/spec", "/spec/0", "/spec/-", "/data/a~1b", "/data/~2", "/status/conditions/0", "/x/99999999999"];
        string[] names = ["add", "remove", "replace", "move", "copy", "test", "nonsense"];
        var text = new StringBuilder("[");
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            var value = random.Next(4) switch { 0 => "1", 1 => "{\"a\":[]}", 2 => "null", _ => "\"x\"" };
            text.Append($$"""{"op":"{{names[random.Next(names.Length)]}}","path":"{{paths[random.Next(paths.Length)]}}","from":"{{paths[random.Next(paths.Length)]}}","value":{{value}}}""").Append(left > 1 ? "," : "");
        }

        return Encoding.UTF8.GetBytes(text.Append(']').ToString());
    }

    /// <summary>Nearly what it was: bytes changed, left out, repeated, cut off. Now and then nothing.</summary>
    private static byte[] Broken(Random random, byte[] bytes)
    {
        var result = new List<byte>(bytes);
        for (var changes = random.Next(5); changes > 0 && result.Count > 0; changes--)
        {
            var at = random.Next(result.Count);
            switch (random.Next(6))
            {
                case 0:
                    result[at] = (byte)random.Next(256);
                    break;
                case 1:
                    result[at] = (byte)Telling[random.Next(Telling.Length)];
                    break;
                case 2:
                    result.RemoveAt(at);
                    break;
                case 3:
                    result.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    result.InsertRange(at, result.GetRange(at, Math.Min(result.Count - at, random.Next(1, 20))));
                    break;
                default:
                    result.RemoveRange(at, random.Next(8) == 0 ? result.Count - at : Math.Min(result.Count - at, random.Next(1, 6)));
                    break;
            }
        }

        return [.. result];
    }

    private static string Compact(byte[] json) => Encoding.UTF8.GetString(Machinery.Json.JsonNode.Parse(json).ToUtf8());

    private static byte[] PartialMetadataOf(StoredObject shown) => Machinery.Json.JsonNode.Parse(shown.Json) is Machinery.Json.JsonObject value ? value["metadata"]!.ToUtf8() : [];
}
