using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Media;
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

    // Owns what an object held before anybody applied to it.
    private const string EarlierManager = "before-first-apply";

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

    /// <summary>Unknown and doubled fields.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <param name="body">YAML, of which JSON is a part.</param>
    /// <exception cref="StatusException">400, 422.</exception>
    public static ApplyBody Parse(Kind kind, ReadOnlySpan<byte> body, string fieldManager, string subresource, bool force, DateTimeOffset now)
    {
        if (fieldManager.Length == 0)
        {
            var errors = new FieldErrors();
            errors.Required("fieldManager", "is required for apply patch");
            throw StatusErrors.Invalid("meta.k8s.io", "PatchOptions", "", errors.All).AsException();
        }

        try
        {
            var json = body.Length > 0 && body[0] == '{' ? body.ToArray() : Yaml.ToJson(body);
            if (JsonNode.Parse(json, out var duplicates) is not JsonObject configuration)
            {
                throw StatusErrors.BadRequest("error decoding YAML: the patch is not an object").AsException();
            }

            _ = kind.ParseRequest(json, out var problems);
            Check(kind, configuration);
            var manager = new Manager(fieldManager, kind.Type.ApiVersion, subresource, MetadataRules.WholeSeconds(now));
            return new ApplyBody(kind, configuration, manager, force, [.. problems, .. duplicates.Except(problems)]);
        }
        catch (ApiJsonException e)
        {
            throw StatusErrors.BadRequest($"failed to create typed patch object: {e.Message}").AsException(e);
        }
    }

    /// <summary>The object as it is to be.</summary>
    /// <param name="current">Null where there is none yet.</param>
    /// <exception cref="StatusException">409: others own fields that the configuration names with another value.</exception>
    public IResource Apply(StoredObject? current)
    {
        var before = current?.Value.Metadata.ManagedFields ?? [];
        var fields = ManagedFields.Of(before);
        var untracked = kind.UntrackedIn(manager.Subresource == "status" ? UpdateScope.Status : UpdateScope.Main);
        var live = current is null ? new JsonObject() : (JsonObject)JsonNode.Parse(kind.Show(current).Json);
        (live["metadata"] as JsonObject)?.Remove("managedFields");
        if (current is not null && before.Count == 0)
        {
            fields.Update(new Manager(EarlierManager, kind.Type.ApiVersion, "", manager.Now), (JsonObject)JsonNode.Parse(kind.EmptyJson), live, kind.Schema, untracked);
        }

        var merged = fields.Apply(manager, live, (JsonObject)configuration.Clone(), kind.Schema, untracked, force, out var conflicts);
        if (merged is null)
        {
            throw Conflict(conflicts).AsException();
        }

        try
        {
            var value = kind.ParseRequest(merged.ToUtf8(), out _);
            return value.WithMetadata(value.Metadata with { ManagedFields = fields.ToEntries() });
        }
        catch (ApiJsonException e)
        {
            throw StatusErrors.BadRequest(e.Message).AsException(e);
        }
    }

    private static void Check(Kind kind, JsonObject configuration)
    {
        var (apiVersion, name) = (configuration.FindText("apiVersion") ?? "", configuration.FindText("kind") ?? "");
        if (apiVersion.Length == 0 || name.Length == 0)
        {
            throw StatusErrors.BadRequest("invalid object type: /, Kind=").AsException();
        }

        if (apiVersion != kind.Type.ApiVersion || name != kind.Type.Kind)
        {
            throw StatusErrors.BadRequest($"invalid object type: {apiVersion}, Kind={name}: expected {kind.Type}").AsException();
        }

        if ((configuration["metadata"] as JsonObject)?.Has("managedFields") == true)
        {
            throw StatusErrors.BadRequest("metadata.managedFields must be nil").AsException();
        }
    }

    private static Status Conflict(IReadOnlyList<ApplyConflict> conflicts)
    {
        var all = conflicts.SelectMany(static conflict => conflict.Fields.Paths().Select(path => (Owner: Show(conflict.Owner), Path: path))).ToList();
        var causes = all.Select(static conflict => new StatusCause { Type = "FieldManagerConflict", Message = $"conflict with {conflict.Owner}", Field = conflict.Path }).ToList();
        var message = all.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {all[0].Owner}: {all[0].Path}"
            : $"Apply failed with {all.Count} conflicts: " + string.Join('\n', all.GroupBy(static conflict => conflict.Owner).OrderBy(static group => group.Key, StringComparer.Ordinal)
                .SelectMany(static group => group.Select(static conflict => $"- {conflict.Path}").Prepend($"conflicts with {group.Key}:")));
        return StatusErrors.ApplyConflict(causes, message);
    }

    private static string Show(ManagedFieldsEntry owner)
    {
        var text = $"\"{owner.Manager}\"" + (owner.Subresource.Length > 0 ? $" with subresource \"{owner.Subresource}\"" : "");
        return owner.Operation == ManagedFields.OperationUpdate ? $"{text} using {owner.APIVersion}" : text;
    }
}
