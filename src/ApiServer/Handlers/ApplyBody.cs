using Microsoft.AspNetCore.Http;
using Navarch.Api;
using Navarch.Api.Autoscaling.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Handlers;

/// <summary>Server-side apply: what one field manager wants of an object, merged into what is there.</summary>
internal sealed class ApplyBody
{
    public const string MediaType = "application/apply-patch+yaml";

    /// <summary>Whether a request is an apply, and not some other patch.</summary>
    public static bool IsSentBy(HttpRequest request, RequestInfo info) => info.Verb == "patch" && BodyDecoder.MediaType(request.ContentType) == MediaType;

    // Owns what an object held before anybody applied to it.
    private const string EarlierManager = "before-first-apply";

    private static readonly ResourceType ScaleType = new("autoscaling", "v1", "Scale", "scales");

    private readonly Kind kind;
    private readonly JsonObject configuration;
    private readonly Manager manager;
    private readonly bool force;

    private ApplyBody(Kind kind, JsonObject configuration, Manager manager, bool force, IReadOnlyList<string> problems)
    {
        this.kind = kind;
        this.configuration = configuration;
        this.manager = manager;
        this.force = force;
        Problems = problems;
    }

    /// <summary>Doubled fields.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <param name="body">YAML, of which JSON is a part.</param>
    /// <exception cref="StatusException">400, 422; 500 for a configuration that does not fit the kind, as upstream answers it.</exception>
    public static ApplyBody Parse(Kind kind, ReadOnlySpan<byte> body, string fieldManager, string subresource, bool force, DateTimeOffset now)
    {
        var (configuration, json, duplicates) = Read(body, fieldManager);
        Check(kind.Type, configuration);
        var problems = ConfigurationProblems.Of(configuration, kind.Schema);
        try
        {
            _ = kind.ParseRequest(json, out _);
        }
        catch (ApiJsonException e)
        {
            problems = [.. problems, e.Message];
        }

        if (problems.Count > 0)
        {
            throw Untyped(kind.Type, configuration, problems).AsException();
        }

        return new ApplyBody(kind, configuration, Of(kind, fieldManager, subresource, now), force, duplicates);
    }

    /// <summary>A Scale as what it says of the object that is scaled.</summary>
    /// <exception cref="StatusException">400, 422, 500.</exception>
    public static ApplyBody ParseScale(Kind kind, ReadOnlySpan<byte> body, string fieldManager, bool force, DateTimeOffset now)
    {
        var (scale, _, duplicates) = Read(body, fieldManager);
        Check(ScaleType, scale);
        var problems = ConfigurationProblems.Of(scale, Scale.Schema);
        if (problems.Count > 0)
        {
            throw Untyped(ScaleType, scale, problems).AsException();
        }

        var configuration = new JsonObject();
        var metadata = new JsonObject();
        foreach (var name in (string[])["name", "namespace", "uid", "resourceVersion"])
        {
            if (scale["metadata"] is JsonObject given && given[name] is { } value)
            {
                metadata.Set(name, value);
            }
        }

        configuration.Set("metadata", metadata);
        if (scale["spec"] is JsonObject spec && spec["replicas"] is { } replicas)
        {
            var wanted = new JsonObject();
            wanted.Set("replicas", replicas);
            configuration.Set("spec", wanted);
        }

        return new ApplyBody(kind, configuration, Of(kind, fieldManager, "scale", now), force, duplicates);
    }

    /// <summary>The object as it is to be.</summary>
    /// <param name="current">Null where there is none yet.</param>
    /// <exception cref="StatusException">409: others own fields that the configuration names with another value.</exception>
    public IResource Apply(StoredObject? current)
    {
        var scope = manager.Subresource == "status" ? UpdateScope.Status : UpdateScope.Main;
        var untracked = kind.UntrackedIn(scope);
        var before = current is null ? kind.EmptyJson : kind.Show(current).Json;
        var beforeOwners = UpdateRecorder.FindOwners(before);
        var live = current is null ? new JsonObject() : (JsonObject)JsonNode.Parse(before);
        (live["metadata"] as JsonObject)?.Remove("managedFields");
        var recorder = Ownership.Recorder;
        var owners = current?.Value.Metadata.ManagedFields ?? [];
        if (current is not null && owners.Count == 0)
        {
            owners = recorder.Record([], manager with { Name = EarlierManager, Subresource = "" }, kind.EmptyJson, default, before, kind.Schema, untracked);
        }

        var named = Applying.Named(configuration, kind.Schema, untracked);
        var all = owners;
        var others = OtherVersions.Take(kind, ref owners, manager);
        var value = kind.Default(others is null
            ? Typed(Applying.Merge(live, configuration, kind.Schema, owners, manager, named))
            : OtherVersions.Prune(kind, Typed(Applying.Merge(live, configuration, kind.Schema)), all, manager, named));

        // Compared as both are written: what the client may say in several ways is no difference.
        var after = recorder.RecordApply(owners, manager, before, beforeOwners, Kind.Text(kind.Show(value)).Span, kind.Schema, untracked, named, out var conflicts);
        if (others is not null)
        {
            after = UpdateRecorder.Join(after, others.Keep(current, value, scope, out var lost));
            conflicts = [.. conflicts, .. lost];
        }

        if (conflicts.Count > 0 && !force)
        {
            conflicts = LastApplied.Unexpected(conflicts, manager, live, kind, untracked);
            if (conflicts.Count > 0)
            {
                throw ApplyConflicts.Of(conflicts).AsException();
            }
        }

        var metadata = LastApplied.Renewed(value.Metadata, configuration, manager);
        return value.WithMetadata(metadata with { ManagedFields = after });
    }

    /// <summary>A configuration as JSON, which it mostly is.</summary>
    /// <exception cref="StatusException">400: it is not YAML.</exception>
    public static byte[] JsonOf(ReadOnlySpan<byte> body) => body.Length > 0 && body[0] == '{' ? body.ToArray() : Yaml.ToJson(body);

    private static Manager Of(Kind kind, string fieldManager, string subresource, DateTimeOffset now) =>
        new(fieldManager, kind.Type.ApiVersion, subresource, MetadataRules.WholeSeconds(now));

    private static (JsonObject Configuration, byte[] Json, IReadOnlyList<string> Duplicates) Read(ReadOnlySpan<byte> body, string fieldManager)
    {
        if (fieldManager.Length == 0)
        {
            var errors = new FieldErrors();
            errors.Required("fieldManager", "is required for apply patch");
            throw StatusErrors.Invalid("meta.k8s.io", "PatchOptions", "", errors.All).AsException();
        }

        try
        {
            var json = JsonOf(body);
            return JsonNode.Parse(json, out var duplicates) is JsonObject configuration
                ? (configuration, json, duplicates)
                : throw StatusErrors.BadRequest("error decoding YAML: the patch is not an object").AsException();
        }
        catch (ApiJsonException e)
        {
            throw StatusErrors.BadRequest($"error decoding YAML: {e.Message}").AsException(e);
        }
    }

    private static Status Untyped(ResourceType type, JsonObject configuration, IReadOnlyList<string> problems)
    {
        var metadata = configuration["metadata"] as JsonObject;
        var what = $"{metadata?.FindText("namespace")}/{metadata?.FindText("name")}; {(type.Group.Length == 0 ? "/" : "")}{type.ApiVersion}, Kind={type.Kind}";
        var why = problems.Count == 1 ? problems[0] : "errors:\n  " + string.Join("\n  ", problems);
        return new Status { StatusValue = "Failure", Code = 500, Message = $"failed to create typed patch object ({what}): {why}" };
    }

    private IResource Typed(JsonObject merged)
    {
        try
        {
            return kind.ParseRequest(merged.ToUtf8(), out _);
        }
        catch (ApiJsonException e)
        {
            throw StatusErrors.BadRequest(e.Message).AsException(e);
        }
    }

    private static void Check(ResourceType type, JsonObject configuration)
    {
        var (apiVersion, name) = (configuration.FindText("apiVersion") ?? "", configuration.FindText("kind") ?? "");
        if (apiVersion.Length == 0 || name.Length == 0)
        {
            throw StatusErrors.BadRequest("invalid object type: /, Kind=").AsException();
        }

        if (apiVersion != type.ApiVersion || name != type.Kind)
        {
            throw StatusErrors.BadRequest($"invalid object type: {apiVersion}, Kind={name}: expected {type}").AsException();
        }

        if ((configuration["metadata"] as JsonObject)?.Has("managedFields") == true)
        {
            throw StatusErrors.BadRequest("metadata.managedFields must be nil").AsException();
        }
    }
}
