using System.Text;
using Navarch.Api;
using Navarch.Api.Json;

namespace Navarch.Client;

/// <summary>How the body of a <see cref="Patch"/> is to be read.</summary>
public enum PatchKind
{
    /// <summary>RFC 6902: a list of operations.</summary>
    Json,

    /// <summary>RFC 7396: a partial object; null removes, lists replace.</summary>
    Merge,

    /// <summary>A partial object whose lists merge by the keys of the schema.</summary>
    StrategicMerge,

    /// <summary>Server-side apply: the whole intent of one field manager.</summary>
    Apply,
}

/// <summary>A change to an object, said without the whole object.</summary>
public sealed record Patch(PatchKind Kind, ReadOnlyMemory<byte> Body)
{
    /// <summary>Who owns the fields; required for <see cref="PatchKind.Apply"/>.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>Apply: take fields over from other managers.</summary>
    public bool Force { get; init; }

    public string MediaType => Kind switch
    {
        PatchKind.Json => "application/json-patch+json",
        PatchKind.Merge => "application/merge-patch+json",
        PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
        _ => "application/apply-patch+yaml",
    };

    public static Patch Json(string body) => new(PatchKind.Json, Encoding.UTF8.GetBytes(body));

    public static Patch Merge(string body) => new(PatchKind.Merge, Encoding.UTF8.GetBytes(body));

    public static Patch StrategicMerge(string body) => new(PatchKind.StrategicMerge, Encoding.UTF8.GetBytes(body));

    public static Patch Apply(IApiObject intent, string fieldManager, bool force = true) =>
        new(PatchKind.Apply, ApiJson.ToUtf8(intent)) { FieldManager = fieldManager, Force = force };
}
