using System.Security.Cryptography;
using System.Text;
using Navarch.Api;
using Navarch.Api.ApiDiscovery.V2;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Reviews;

namespace Navarch.ApiServer.Discovery;

/// <summary>What the server serves, for clients to find out. Made once: kinds do not change while the server runs.</summary>
internal sealed class DiscoveryDocuments
{
    private const string AggregatedV2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private const string AggregatedProtobuf = OutputFormat.ProtobufType + ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private const string AggregatedV2Beta1 = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
    private const string Aggregator = "apiregistration.k8s.io";
    private static readonly string[] StatusVerbs = ["get", "patch", "update"];

    private readonly Dictionary<string, byte[]> documents = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Path, string Type), (byte[] Body, string ETag)> aggregated = [];

    /// <param name="serverAddress">Host and port at which clients reach the server.</param>
    public DiscoveryDocuments(Catalog catalog, IEnumerable<ISubresource> subresources, IEnumerable<Review> reviews, string serverAddress)
    {
        var handlers = subresources.ToList();
        var served = catalog.Kinds
            .Select(kind => new Served(kind.Type, kind.Rules.Verbs, StorageHash(kind.Hub), [.. StatusOf(kind).Concat(handlers.Select(handler => handler.Describe(kind)).OfType<SubresourceType>()).OrderBy(sub => sub.Name, StringComparer.Ordinal)]))
            .Concat(reviews.Select(review => new Served(review.Type, Review.Verbs, "", [])))
            .OrderBy(item => item.Type.Plural, StringComparer.Ordinal)
            .ToList();
        var groups = served.GroupBy(item => item.Type.Group)
            .OrderByDescending(group => GroupOrder.PriorityOf(group.Key)).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Versions: group.GroupBy(item => item.Type.Version).OrderByDescending(version => GroupOrder.VersionPriorityOf(group.Key, version.Key)).ThenByDescending(version => version.Key, StringComparer.Ordinal).Select(version => (version.Key, Kinds: version.ToList())).ToList()))
            .ToList();

        LocalVersions = [.. groups.Where(static group => group.Name != Aggregator).SelectMany(static group => group.Versions.Select(version => (group.Name, version.Key)))];
        documents["/api"] = Utf8($$"""{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"{{serverAddress}}"}]}""");
        documents["/version"] = Utf8("""{"major":"1","minor":"36","emulationMajor":"1","emulationMinor":"36","minCompatibilityMajor":"1","minCompatibilityMinor":"35","gitVersion":"v1.36.0","gitCommit":"","gitTreeState":"clean","buildDate":"1970-01-01T00:00:00Z","goVersion":"","compiler":"navarch","platform":"linux/amd64"}""");
        var groupList = new List<string>();
        foreach (var (name, versions) in groups)
        {
            foreach (var (version, kinds) in versions)
            {
                documents[name.Length == 0 ? $"/api/{version}" : $"/apis/{name}/{version}"] = ResourceList(name, version, kinds);
            }

            if (name.Length > 0)
            {
                var group = Group(name, [.. versions.Select(version => version.Key)]);
                groupList.Add(group);
                documents[$"/apis/{name}"] = Utf8("""{"kind":"APIGroup","apiVersion":"v1",""" + group[1..]);
            }
        }

        documents["/apis"] = Utf8($$"""{"kind":"APIGroupList","apiVersion":"v1","groups":[{{string.Join(',', groupList)}}]}""");
        documents["/"] = Utf8($$"""{"paths":[{{string.Join(',', documents.Keys.Concat(["/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz"]).Order(StringComparer.Ordinal).Select(path => $"\"{path}\""))}}]}""");
        foreach (var (type, version) in new[] { (AggregatedV2, "v2"), (AggregatedV2Beta1, "v2beta1") })
        {
            Add("/api", type, Aggregated(version, groups.Where(group => group.Name.Length == 0)));
            Add("/apis", type, Aggregated(version, groups.Where(group => group.Name.Length > 0)));
        }
    }

    /// <summary>The group versions that are registered like those of other servers: all but that of the register.</summary>
    public IReadOnlyList<(string Group, string Version)> LocalVersions { get; }

    /// <summary>Answers if the path is one of discovery's; null otherwise.</summary>
    public Task? TryHandle(ApiRequest request)
    {
        var path = request.Info.Path.Length > 1 ? request.Info.Path.TrimEnd('/') : request.Info.Path;
        if (request.Info.Verb is not ("get" or "head") || !documents.TryGetValue(path, out var body))
        {
            return null;
        }

        var accept = request.Http.Request.Headers.Accept.ToString();
        var type = accept.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) ? BestAggregated(accept) : null;
        if (type is not null && aggregated.TryGetValue((path, type == AggregatedProtobuf ? AggregatedV2 : type), out var found))
        {
            request.Http.Response.Headers.ETag = found.ETag;
            request.Http.Response.Headers.Vary = "Accept";
            if (request.Http.Request.Headers.IfNoneMatch == found.ETag)
            {
                request.Http.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            return Responses.WriteBytesAsync(request.Http, 200, type, type == AggregatedProtobuf ? ApiProto.ToBytes(ApiJson.Parse<APIGroupDiscoveryList>(found.Body)) : found.Body, endsLine: false);
        }

        return WriteAsync(request, path, body);
    }

    private static Task WriteAsync(ApiRequest request, string path, byte[] body)
    {
        // These are no API objects: what the client accepts is not asked.
        if (path is "/" or "/version")
        {
            return Responses.WriteAsync(request, 200, body, OutputFormat.Json);
        }

        var format = request.Format(Offer.Plain);
        return format.Encoding == OutputEncoding.Protobuf
            ? Responses.WriteProtobufAsync(request, 200, ToProtobuf(path, body))
            : Responses.WriteAsync(request, 200, body, format);
    }

    // Asked for so rarely that nothing is kept.
    private static byte[] ToProtobuf(string path, byte[] json)
    {
        switch (path.Split('/'))
        {
            case ["", "api"]:
                var writer = new ProtoWriter();
                var end = ApiProto.BeginEnvelope(writer);
                writer.String(1, "v1");
                ApiProto.EndEnvelope(writer, end, "v1", "APIVersions");
                return writer.Written.ToArray();
            case ["", "apis"]:
                return ApiProto.ToBytes(ApiJson.Parse<APIGroupList>(json));
            case ["", "apis", _]:
                return ApiProto.ToBytes(ApiJson.Parse<APIGroup>(json));
            default:
                return ApiProto.ToBytes(ApiJson.Parse<APIResourceList>(json));
        }
    }

    // Clients name the versions in the order they like them.
    private static string? BestAggregated(string accept)
    {
        foreach (var clause in accept.Split(','))
        {
            var parts = clause.Split(';', StringSplitOptions.TrimEntries);
            if (!parts.Contains("as=APIGroupDiscoveryList") || !parts.Contains("g=apidiscovery.k8s.io"))
            {
                continue;
            }

            var best = parts[0] switch
            {
                "application/json" => parts.Contains("v=v2") ? AggregatedV2 : parts.Contains("v=v2beta1") ? AggregatedV2Beta1 : null,
                OutputFormat.ProtobufType => parts.Contains("v=v2") ? AggregatedProtobuf : null,
                _ => null,
            };
            if (best is not null)
            {
                return best;
            }
        }

        return null;
    }

    private void Add(string path, string type, byte[] body) =>
        aggregated[(path, type)] = (body, "\"" + Convert.ToHexString(SHA512.HashData(body)) + "\"");

    private static IEnumerable<SubresourceType> StatusOf(Kind kind) =>
        kind.Rules.HasStatus ? [new SubresourceType("status", kind.Type.Group, kind.Type.Version, kind.Type.Kind, StatusVerbs)] : [];

    private static string Group(string name, IReadOnlyList<string> versions)
    {
        var items = versions.Select(version => $$"""{"groupVersion":"{{name}}/{{version}}","version":"{{version}}"}""").ToList();
        return $$"""{"name":"{{name}}","versions":[{{string.Join(',', items)}}],"preferredVersion":{{items[0]}}}""";
    }

    private static byte[] ResourceList(string group, string version, List<Served> kinds)
    {
        var writer = new ApiWriter(4096);
        writer.Raw("{\"kind\":\"APIResourceList\","u8);
        if (group.Length > 0)
        {
            writer.Raw("\"apiVersion\":\"v1\","u8);
        }

        writer.Raw("\"groupVersion\":"u8);
        writer.String(group.Length == 0 ? version : $"{group}/{version}");
        writer.Raw(",\"resources\":["u8);
        foreach (var (type, verbs, hash, subresources) in kinds)
        {
            writer.Element();
            writer.BeginObject();
            Text(writer, "name", type.Plural);
            Text(writer, "singularName", type.Singular);
            writer.Key("namespaced");
            writer.Boolean(type.Namespaced);
            Text(writer, "kind", type.Kind);
            Texts(writer, "verbs", verbs);
            Texts(writer, "shortNames", type.ShortNames);
            Texts(writer, "categories", type.Categories);
            if (hash.Length > 0)
            {
                Text(writer, "storageVersionHash", hash);
            }

            writer.EndObject();
            foreach (var sub in subresources)
            {
                writer.Element();
                writer.BeginObject();
                Text(writer, "name", $"{type.Plural}/{sub.Name}");
                Text(writer, "singularName", "");
                writer.Key("namespaced");
                writer.Boolean(type.Namespaced);
                if (sub.Group != group || sub.Version != version)
                {
                    Text(writer, "group", sub.Group);
                    Text(writer, "version", sub.Version);
                }

                Text(writer, "kind", sub.ResponseKind);
                Texts(writer, "verbs", sub.Verbs);
                writer.EndObject();
            }
        }

        writer.Raw("]}"u8);
        return writer.ToArray();
    }

    private static byte[] Aggregated(string apiVersion, IEnumerable<(string Name, List<(string Key, List<Served> Kinds)> Versions)> groups)
    {
        var writer = new ApiWriter(16 * 1024);
        writer.Raw("{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":"u8);
        writer.String("apidiscovery.k8s.io/" + apiVersion);
        writer.Raw(",\"metadata\":{},\"items\":["u8);
        foreach (var (name, versions) in groups)
        {
            writer.Element();
            writer.Raw("{\"metadata\":{"u8);
            if (name.Length > 0)
            {
                Text(writer, "name", name);
            }

            writer.Raw("},\"versions\":["u8);
            foreach (var (version, kinds) in versions)
            {
                writer.Element();
                writer.BeginObject();
                Text(writer, "version", version);
                writer.Raw(",\"resources\":["u8);
                foreach (var served in kinds)
                {
                    writer.Element();
                    WriteAggregated(writer, served);
                }

                writer.Raw("],\"freshness\":\"Current\"}"u8);
            }

            writer.Raw("]}"u8);
        }

        writer.Raw("]}"u8);
        return writer.ToArray();
    }

    private static void WriteAggregated(ApiWriter writer, Served served)
    {
        var type = served.Type;
        writer.BeginObject();
        Text(writer, "resource", type.Plural);
        ResponseKind(writer, type.Group, type.Version, type.Kind);
        Text(writer, "scope", type.Namespaced ? "Namespaced" : "Cluster");
        Text(writer, "singularResource", type.Singular);
        Texts(writer, "verbs", served.Verbs);
        Texts(writer, "shortNames", type.ShortNames);
        Texts(writer, "categories", type.Categories);
        if (served.Subresources.Count > 0)
        {
            writer.Raw(",\"subresources\":["u8);
            foreach (var sub in served.Subresources)
            {
                writer.Element();
                writer.BeginObject();
                Text(writer, "subresource", sub.Name);
                ResponseKind(writer, sub.Group, sub.Version, sub.ResponseKind);
                Texts(writer, "verbs", sub.Verbs);
                writer.EndObject();
            }

            writer.Raw("]"u8);
        }

        writer.EndObject();
    }

    private static void ResponseKind(ApiWriter writer, string group, string version, string kind)
    {
        writer.Key("responseKind");
        writer.BeginObject();
        Text(writer, "group", group);
        Text(writer, "version", version);
        Text(writer, "kind", kind);
        writer.EndObject();
    }

    private static string StorageHash(Kind kind) => !kind.Rules.IsStored ? ""
        : Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind.Type.Group}/{kind.Rules.StorageVersion}/{kind.Type.Kind}")), 0, 8);

    private static void Text(ApiWriter writer, string name, string value)
    {
        writer.Key(name);
        writer.String(value);
    }

    private static void Texts(ApiWriter writer, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        writer.Key(name);
        writer.BeginList();
        foreach (var value in values)
        {
            writer.Element();
            writer.String(value);
        }

        writer.EndList();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private sealed record Served(ResourceType Type, IReadOnlyList<string> Verbs, string StorageHash, IReadOnlyList<SubresourceType> Subresources);
}
