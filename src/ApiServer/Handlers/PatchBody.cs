using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.ApiServer.WatchCache;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

namespace Navarch.ApiServer.Handlers;

/// <summary>A patch in one of its dialects, which can be applied to one version of an object after the other.</summary>
internal sealed class PatchBody
{
    public static readonly string[] MediaTypes = ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", ApplyBody.MediaType];

    // An answer shows what was refused, but not megabytes of it.
    private const int ShownMax = 16 * 1024;

    private static readonly string[] OperationMembers = ["op", "path", "from", "value"];

    private readonly Func<JsonObject, JsonNode> apply;
    private readonly JsonNode? strategic;
    private readonly bool mentionsOwners;

    private PatchBody(Func<JsonObject, JsonNode> apply, JsonNode? strategic, IReadOnlyList<string> problems, bool mentionsOwners)
    {
        this.apply = apply;
        this.strategic = strategic;
        this.mentionsOwners = mentionsOwners;
        Problems = problems;
    }

    /// <summary>Doubled and unknown fields of the patch itself.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <exception cref="StatusException">400, 413, 415.</exception>
    public static PatchBody Parse(string mediaType, ReadOnlySpan<byte> body, Schema schema)
    {
        if (Array.IndexOf(MediaTypes, mediaType) < 0 || mediaType == ApplyBody.MediaType)
        {
            throw StatusErrors.UnsupportedMediaType(MediaTypes).AsException();
        }

        try
        {
            var document = JsonNode.Parse(body, out var duplicates);
            var mentionsOwners = body.IndexOf("managedFields"u8) >= 0 || body.IndexOf("\\u"u8) >= 0;
            if (mediaType == "application/json-patch+json")
            {
                var operations = JsonPatch.Read(document);
                return new PatchBody(operations.Apply, null, [.. duplicates.Concat(UnknownMembers(document)).Select(static problem => "json patch " + problem)], mentionsOwners);
            }

            return mediaType == "application/merge-patch+json"
                ? new PatchBody(target => JsonMergePatch.Apply(target, document.Clone()), null, duplicates, mentionsOwners)
                : new PatchBody(target => StrategicMergePatch.Apply(target, document.Clone(), schema), document, duplicates, mentionsOwners);
        }
        catch (ApiJsonException e)
        {
            throw StatusErrors.BadRequest($"error decoding patch: {e.Message}").AsException(e);
        }
        catch (PatchException e)
        {
            throw e.Status.AsException(e);
        }
    }

    /// <summary>The patched object as JSON.</summary>
    /// <exception cref="StatusException">The patch does not fit the object.</exception>
    public byte[] Apply(ReadOnlySpan<byte> json) => Patched(json).ToUtf8();

    /// <summary>The patched object.</summary>
    /// <param name="report">Told of unknown and doubled fields, and how to show what has them.</param>
    /// <exception cref="StatusException">The patch does not fit the object, or what it makes is none.</exception>
    public IResource Apply(Kind kind, StoredObject current, Action<IReadOnlyList<string>, Func<string>>? report)
    {
        var live = kind.Show(current).Json;
        var patched = Patched(mentionsOwners ? live : WithoutOwners(live));
        var json = patched.ToUtf8();
        if (strategic is null && patched is JsonObject o && (o.FindText("kind") != kind.Type.Kind || o.FindText("apiVersion") != kind.Type.ApiVersion))
        {
            throw Invalid(Shown(kind, json), $"Object 'Kind' must stay {kind.Type.Kind} and its 'apiVersion' {kind.Type.ApiVersion}");
        }

        try
        {
            var value = kind.ParseRequest(json, out var problems);
            report?.Invoke([.. Problems, .. problems], () => Shown(kind, json));
            return value;
        }
        catch (ApiJsonException e)
        {
            throw Invalid(Shown(kind, json), e.Message);
        }
    }

    /// <summary>What answers a patch whose outcome is not what it should be.</summary>
    public static StatusException Invalid(string shown, string why)
    {
        var errors = new FieldErrors();
        errors.Invalid("patch", shown, why);
        return StatusErrors.Invalid("", "", "", errors.All).AsException();
    }

    private JsonNode Patched(ReadOnlySpan<byte> json)
    {
        try
        {
            return apply((JsonObject)JsonNode.Parse(json));
        }
        catch (PatchException e)
        {
            throw e.Status.AsException(e);
        }
    }

    private static IEnumerable<string> UnknownMembers(JsonNode document) => ((JsonArray)document).Items
        .SelectMany(static (item, i) => ((JsonObject)item).Members.Select(member => (Name: member.Key, Index: i)))
        .Where(static member => Array.IndexOf(OperationMembers, member.Name) < 0)
        .Select(static member => $"unknown field \"[{member.Index}].{member.Name}\"");

    // Owners are as large as what they own, and hardly any patch is about them. An object that comes back without keeps its own.
    private static byte[] WithoutOwners(byte[] json)
    {
        var (at, length) = UpdateRecorder.FindOwners(json).GetOffsetAndLength(json.Length);
        return length == 0 ? json : [.. json.AsSpan(0, at), .. json.AsSpan(at + length)];
    }

    // A strategic patch is shown itself, of the others the outcome is.
    // Who may change a Secret may not read it for that, and what is told ends in logs: upstream shows it.
    private string Shown(Kind kind, byte[] json)
    {
        if (kind.Type.GroupResource == Secret.ResourceType.GroupResource)
        {
            return "<secret contents redacted>";
        }

        var text = strategic is null ? System.Text.Encoding.UTF8.GetString(json) : GoText.Map(strategic);
        return text.Length > ShownMax ? text[..ShownMax] : text;
    }
}
