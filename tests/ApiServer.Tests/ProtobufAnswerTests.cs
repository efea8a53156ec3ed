using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Navarch.Api;
using Navarch.Api.Autoscaling.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Policy.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class ProtobufAnswerTests
{
    private const string Protobuf = "application/vnd.kubernetes.protobuf";
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task An_object_is_the_same_in_protobuf_as_in_JSON()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a","labels":{"x":"y"}},"data":{"k":"v"},"binaryData":{"b":"AAEC"}}""");
        var json = await server.Admin.AskAsync(Maps + "/a");

        var (code, type, envelope) = await SendAsync(server.Admin, HttpMethod.Get, Maps + "/a");

        Assert.Equal((200, Protobuf), (code, type));
        Assert.Equal(("v1", "ConfigMap"), (envelope.ApiVersion, envelope.Kind));
        Assert.Equal(ApiJson.Parse<ConfigMap>(System.Text.Encoding.UTF8.GetBytes(json.Text)), ApiProto.Parse<ConfigMap>(envelope.Message.Span));
        Assert.Equal(json.Version, ApiProto.Parse<ConfigMap>(envelope.Message.Span).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Writes_come_and_are_answered_in_protobuf()
    {
        await using var server = await TestServer.StartAsync();
        var map = new ConfigMap { Metadata = new ObjectMeta { Name = "a" }, Data = [new("k", "1")] };

        var created = await SendAsync(server.Admin, HttpMethod.Post, Maps, ApiProto.ToBytes(map));
        var stored = ApiProto.Parse<ConfigMap>(created.Envelope.Message.Span);
        var updated = await SendAsync(server.Admin, HttpMethod.Put, Maps + "/a", ApiProto.ToBytes(stored with { Data = [new("k", "2")] }));
        var patched = await SendAsync(server.Admin, HttpMethod.Patch, Maps + "/a", """{"data":{"k":"3"}}"""u8.ToArray(), "application/merge-patch+json");
        var deleted = await SendAsync(server.Admin, HttpMethod.Delete, Maps + "/a", ApiProto.ToBytes(new DeleteOptions { Preconditions = new Api.Meta.V1.Preconditions { UID = stored.Metadata.UID } }));

        Assert.Equal((201, 200, 200, 200), (created.Code, updated.Code, patched.Code, deleted.Code));
        Assert.Equal("2", ApiProto.Parse<ConfigMap>(updated.Envelope.Message.Span).Data["k"]);
        Assert.Equal("3", ApiProto.Parse<ConfigMap>(patched.Envelope.Message.Span).Data["k"]);
        Assert.Equal("Success", ApiProto.Parse<Status>(deleted.Envelope.Message.Span).StatusValue);
    }

    [Fact]
    public async Task Errors_are_answered_in_protobuf()
    {
        await using var server = await TestServer.StartAsync();

        var (code, type, envelope) = await SendAsync(server.Admin, HttpMethod.Get, Maps + "/none");

        Assert.Equal((404, Protobuf), (code, type));
        Assert.Equal(("v1", "Status"), (envelope.ApiVersion, envelope.Kind));
        var status = ApiProto.Parse<Status>(envelope.Message.Span);
        Assert.Equal(("NotFound", "configmaps \"none\" not found", 404), (status.Reason, status.Message, status.Code));
    }

    [Fact]
    public async Task A_list_holds_all_items_and_its_version()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            await server.Admin.PostAsync(Maps, $$$"""{"metadata":{"name":"m{{{i:00}}}"},"data":{"k":"{{{new string('x', i * 60)}}}"}}""");
        }

        var (_, type, envelope) = await SendAsync(server.Admin, HttpMethod.Get, Maps + "?limit=30");

        var (metadata, items) = ReadList<ConfigMap>(envelope.Message);
        Assert.Equal((Protobuf, "ConfigMapList"), (type, envelope.Kind));
        Assert.Equal(30, items.Count);
        Assert.Equal(10, metadata.RemainingItemCount);
        Assert.Equal("m29", items[29].Metadata.Name);
        var (_, _, rest) = await SendAsync(server.Admin, HttpMethod.Get, $"{Maps}?limit=30&continue={metadata.Continue}");
        Assert.Equal(10, ReadList<ConfigMap>(rest.Message).Items.Count);
        var (_, _, gone) = await SendAsync(server.Admin, HttpMethod.Delete, Maps);
        Assert.Equal(40, ReadList<ConfigMap>(gone.Message).Items.Count);
    }

    [Fact]
    public async Task Lists_and_objects_are_reduced_to_metadata()
    {
        await using var server = await TestServer.StartAsync();
        var json = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        const string partial = Protobuf + ";g=meta.k8s.io;v=v1;as=PartialObjectMetadata";

        var one = await SendAsync(server.Admin, HttpMethod.Get, Maps + "/a", accept: partial);
        var all = await SendAsync(server.Admin, HttpMethod.Get, Maps, accept: partial + "List");

        Assert.Equal(("meta.k8s.io/v1", "PartialObjectMetadata"), (one.Envelope.ApiVersion, one.Envelope.Kind));
        Assert.Equal("PartialObjectMetadataList", all.Envelope.Kind);
        Assert.Equal(json.Version, ApiProto.Parse<ConfigMap>(one.Envelope.Message.Span).Metadata.ResourceVersion);
        Assert.Equal([], ApiProto.Parse<ConfigMap>(one.Envelope.Message.Span).Data);
        Assert.Equal("a", Assert.Single(ReadList<ConfigMap>(all.Envelope.Message).Items).Metadata.Name);
    }

    [Fact]
    public async Task Tables_have_no_protobuf_and_the_next_best_is_taken()
    {
        await using var server = await TestServer.StartAsync();
        const string table = ";as=Table;g=meta.k8s.io;v=v1";

        Assert.Equal("Table", (string)(await server.Admin.GetAsync(Maps, $"{Protobuf}{table},application/json{table}")).Json["kind"]!);
        Assert.Equal(406, (await server.Admin.GetAsync(Maps, Protobuf + table)).Code);
    }

    [Fact]
    public async Task A_watch_sends_frames_of_length_and_event()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        using var watch = await OpenAsync(server.Admin, Maps + "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", Protobuf);
        Assert.Equal(Protobuf + ";stream=watch", watch.Content.Headers.ContentType?.ToString().Replace(" ", "", StringComparison.Ordinal));
        var stream = await watch.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);

        var added = await FrameAsync(stream);
        var mark = await FrameAsync(stream);
        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"k":"w"}}""");
        var modified = await FrameAsync(stream);
        await server.Admin.RemoveAsync(Maps + "/a");
        var deleted = await FrameAsync(stream);

        Assert.Equal(["ADDED", "BOOKMARK", "MODIFIED", "DELETED"], [added.Type, mark.Type, modified.Type, deleted.Type]);
        Assert.Equal("true", ((ConfigMap)mark.Object).Metadata.Annotations["k8s.io/initial-events-end"]);
        Assert.Equal("v", ((ConfigMap)added.Object).Data["k"]);
        Assert.Equal("w", ((ConfigMap)modified.Object).Data["k"]);
        Assert.True(long.Parse(((ConfigMap)deleted.Object).Metadata.ResourceVersion, null) > long.Parse(((ConfigMap)modified.Object).Metadata.ResourceVersion, null));
    }

    [Fact]
    public async Task Many_watchers_see_every_event_in_order()
    {
        const int watchers = 60;
        const int writes = 30;
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"n":"0"}}""");
        var watches = new List<HttpResponseMessage>();
        for (var i = 0; i < watchers; i++)
        {
            watches.Add(await OpenAsync(server.Admin, $"{Maps}?watch=true&resourceVersion={created.Version}", Protobuf));
        }

        var reading = watches.ConvertAll(async watch =>
        {
            var stream = await watch.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            var seen = new List<string>();
            while (seen.Count < writes)
            {
                seen.Add(((ConfigMap)(await FrameAsync(stream)).Object).Data["n"]);
            }

            return seen;
        });
        for (var n = 1; n <= writes; n++)
        {
            await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", $$$"""{"data":{"n":"{{{n}}}"}}""");
        }

        foreach (var seen in await Task.WhenAll(reading))
        {
            Assert.Equal(Enumerable.Range(1, writes).Select(n => $"{n}"), seen);
        }

        watches.ForEach(watch => watch.Dispose());
    }

    [Fact]
    public async Task A_watch_of_metadata_sends_nothing_else()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        using var watch = await OpenAsync(server.Admin, Maps + "?watch=true", Protobuf + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1");

        var frame = await FrameAsync(await watch.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Equal("PartialObjectMetadata", frame.Kind);
        Assert.Equal(("a", 0), (((ConfigMap)frame.Object).Metadata.Name, ((ConfigMap)frame.Object).Data.Count));
    }

    [Fact]
    public async Task A_watch_cannot_be_had_in_YAML()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.GetAsync(Maps + "?watch=true", "application/yaml");

        Assert.Equal(406, answer.Code);
        Assert.Contains("message: 'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'", answer.Text.Replace('"', '\''), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subresources_take_and_answer_protobuf()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/apis/apps/v1/namespaces/default/deployments", """
            {"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """);
        await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        var (_, _, scale) = await SendAsync(server.Admin, HttpMethod.Get, "/apis/apps/v1/namespaces/default/deployments/web/scale");
        var wanted = ApiProto.Parse<Scale>(scale.Message.Span) with { Spec = new ScaleSpec { Replicas = 3 } };
        var (code, _, scaled) = await SendAsync(server.Admin, HttpMethod.Put, "/apis/apps/v1/namespaces/default/deployments/web/scale", ApiProto.ToBytes(wanted));
        var binding = new Binding { Metadata = new ObjectMeta { Name = "p" }, Target = new ObjectReference { Kind = "Node", Name = "n" } };
        var bound = await SendAsync(server.Admin, HttpMethod.Post, "/api/v1/namespaces/default/pods/p/binding", ApiProto.ToBytes(binding));
        var evicted = await SendAsync(server.Admin, HttpMethod.Post, "/api/v1/namespaces/default/pods/p/eviction", ApiProto.ToBytes(new Eviction { Metadata = new ObjectMeta { Name = "p" } }));

        Assert.Equal((200, "autoscaling/v1", 3), (code, scaled.ApiVersion, ApiProto.Parse<Scale>(scaled.Message.Span).Spec.Replicas));
        Assert.Equal((201, "Status"), (bound.Code, bound.Envelope.Kind));
        Assert.Equal((201, "Success"), (evicted.Code, ApiProto.Parse<Status>(evicted.Envelope.Message.Span).StatusValue));
    }

    [Fact]
    public async Task The_best_that_the_client_accepts_is_taken()
    {
        await using var server = await TestServer.StartAsync();
        (string Accept, string Type)[] cases =
        [
            (Protobuf + ",application/json", Protobuf),
            (Protobuf + ", */*", Protobuf),
            ("application/json;q=0.5," + Protobuf, Protobuf),
            ("application/json," + Protobuf + ";q=0.5", "application/json"),
            ("*/*, application/yaml", "application/yaml"),
            ("text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
            ("application/vnd.kubernetes.protobuf;type=collection, application/json", Protobuf),
            ("application/cbor, application/json;q=0.9", "application/json"),
        ];
        foreach (var (accept, type) in cases)
        {
            Assert.Equal((accept, type), (accept, (await server.Admin.GetAsync(Maps, accept)).ContentType));
        }
    }

    [Fact]
    public async Task Discovery_speaks_protobuf()
    {
        await using var server = await TestServer.StartAsync();

        var groups = await SendAsync(server.Admin, HttpMethod.Get, "/apis");
        var resources = await SendAsync(server.Admin, HttpMethod.Get, "/apis/apps/v1");
        var versions = await SendAsync(server.Admin, HttpMethod.Get, "/api");

        Assert.Contains(ApiProto.Parse<APIGroupList>(groups.Envelope.Message.Span).Groups, group => group.Name == "apps");
        Assert.Contains(ApiProto.Parse<APIResourceList>(resources.Envelope.Message.Span).APIResources, resource => resource.Name == "deployments/scale");
        Assert.Equal("APIVersions", versions.Envelope.Kind);
        var aggregated = await SendAsync(server.Admin, HttpMethod.Get, "/apis", accept: Protobuf + ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        Assert.Equal(("apidiscovery.k8s.io/v2", "APIGroupDiscoveryList"), (aggregated.Envelope.ApiVersion, aggregated.Envelope.Kind));
        var apps = ApiProto.Parse<Api.ApiDiscovery.V2.APIGroupDiscoveryList>(aggregated.Envelope.Message.Span).Items.Single(group => group.Metadata.Name == "apps");
        Assert.Contains(apps.Versions[0].Resources, resource => resource is { Resource: "deployments", Scope: "Namespaced", ResponseKind.Kind: "Deployment" });
        Assert.Equal("application/json", (await server.Admin.GetAsync("/version", Protobuf)).ContentType);
    }

    [Fact]
    public async Task Text_in_raw_fields_that_is_no_JSON_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var revision = new Api.Apps.V1.ControllerRevision { Metadata = new ObjectMeta { Name = "r" }, Data = new RawExtension("""{"a":1},"b":2"""u8.ToArray()) };

        var answer = await SendAsync(server.Admin, HttpMethod.Post, "/apis/apps/v1/namespaces/default/controllerrevisions", ApiProto.ToBytes(revision));

        Assert.Equal(400, answer.Code);
    }

    [Fact]
    public async Task Bodies_that_are_something_else_are_refused_in_words()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        var secret = ApiProto.ToBytes(new Secret { Metadata = new ObjectMeta { Name = "a" } });
        var cut = ApiProto.ToBytes(new ConfigMap { Metadata = new ObjectMeta { Name = "b" } });
        cut[^6] = 0xff;
        (HttpMethod Method, string Path, byte[] Body, string Message)[] cases =
        [
            (HttpMethod.Post, Maps, "nonsense"u8.ToArray(), "the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (6e6f6e73656e7365)"),
            (HttpMethod.Post, Maps, secret, "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion"),
            (HttpMethod.Delete, Maps + "/a", secret, "Secret in version \"v1\" cannot be handled as a DeleteOptions: converting (v1.Secret) to (v1.DeleteOptions): unknown conversion"),
            (HttpMethod.Post, Maps, cut, "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: "),
        ];
        foreach (var (method, path, body, message) in cases)
        {
            var (code, _, envelope) = await SendAsync(server.Admin, method, path, body);

            Assert.Equal(400, code);
            Assert.StartsWith(message, ApiProto.Parse<Status>(envelope.Message.Span).Message, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await server.Admin.AskAsync(Maps + "/a")).Code);
    }

    private static async Task<(int Code, string Type, ApiProto.Envelope Envelope)> SendAsync(
        HttpClient client, HttpMethod method, string path, byte[]? body = null, string type = Protobuf, string accept = Protobuf)
    {
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", ApiProto.Open(bytes));
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task<(string Type, string Kind, IResource Object)> FrameAsync(Stream stream)
    {
        var ct = TestContext.Current.CancellationToken;
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, ct);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(frame, ct);
        return Event(frame);
    }

    private static (string Type, string Kind, IResource Object) Event(byte[] frame)
    {
        var reader = new ProtoReader(frame);
        Assert.True(reader.NextField());
        var type = reader.String();
        Assert.True(reader.NextField());
        var value = reader.Message();
        Assert.False(reader.NextField());
        Assert.True(value.NextField());
        var envelope = ApiProto.Open(value.Bytes());
        Assert.False(value.NextField());
        return (type, envelope.Kind, ApiProto.Parse<ConfigMap>(envelope.Message.Span));
    }

    private static (ListMeta Metadata, List<T> Items) ReadList<T>(ReadOnlyMemory<byte> message) where T : class, IResource<T>
    {
        var metadata = ListMeta.Empty;
        var items = new List<T>();
        var reader = new ProtoReader(message.Span);
        while (reader.NextField())
        {
            var inner = reader.Message();
            if (reader.Number == 1)
            {
                metadata = ListMeta.ReadProto(ref inner);
            }
            else
            {
                items.Add(T.ReadProto(ref inner));
            }
        }

        return (metadata, items);
    }
}
