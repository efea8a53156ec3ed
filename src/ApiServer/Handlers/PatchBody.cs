using Navarch.Api;
using Navarch.Api.Json;
using Navarch.ApiServer.WatchCache;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

namespace Navarch.ApiServer.Handlers;

/// <summary>A patch in one of its dialects, which can be applied to one version of an object after the other.</summary>
internal sealed class PatchBody
{
    public static readonly string[] MediaTypes = ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", ApplyBody.MediaType];

    private readonly Func<JsonObject, JsonNode> apply;

    private PatchBody(Func<JsonObject, JsonNode> apply, IReadOnlyList<string> problems)
    {
        this.apply = apply;
        Problems = problems;
    }

    /// <summary>Doubled fields of the patch itself.</summary>
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
            if (mediaType == "application/json-patch+json")
            {
                var operations = JsonPatch.Read(document);
                return new PatchBody(operations.Apply, []);
            }

            return new PatchBody(
                mediaType == "application/merge-patch+json"
                    ? target => JsonMergePatch.Apply(target, document.Clone())
                    : target => StrategicMergePatch.Apply(target, document.Clone(), schema),
                duplicates);
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
    public byte[] Apply(ReadOnlySpan<byte> json)
    {
        try
        {
            return apply((JsonObject)JsonNode.Parse(json)).ToUtf8();
        }
        catch (PatchException e)
        {
            throw e.Status.AsException(e);
        }
    }

    /// <summary>The patched object.</summary>
    /// <param name="report">Told of unknown and doubled fields.</param>
    /// <exception cref="StatusException">The patch does not fit the object, or what it makes is none.</exception>
    public IResource Apply(Kind kind, StoredObject current, Action<IReadOnlyList<string>>? report)
    {
        var json = Apply(kind.Show(current).Json);
        try
        {
            var value = kind.ParseRequest(json, out var problems);
            report?.Invoke([.. problems, .. Problems]);
            return value;
        }
        catch (ApiJsonException e)
        {
            var errors = new FieldErrors();
            errors.Add("FieldValueInvalid", "patch", $"Invalid value: \"{Shortened(json)}\": {e.Message}");
            throw StatusErrors.Invalid(kind.Type, current.Name, errors.All).AsException(e);
        }
    }

    private static string Shortened(byte[] json)
    {
        var text = System.Text.Encoding.UTF8.GetString(json.AsSpan(0, Math.Min(json.Length, 1024)));
        return text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }
}
