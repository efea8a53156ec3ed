using System.Text.Json;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>What a webhook answered.</summary>
internal sealed record HookAnswer
{
    /// <summary>The one type of patches that there is.</summary>
    public const string JsonPatch = "JSONPatch";

    public required bool IsAllowed { get; init; }

    /// <summary>Why not; null where it does not say.</summary>
    public Status? Result { get; init; }

    /// <summary>Empty for no change.</summary>
    public byte[] Patch { get; init; } = [];

    public string PatchType { get; init; } = "";

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> AuditAnnotations { get; init; } = [];

    /// <summary>Reads an AdmissionReview that came back.</summary>
    /// <param name="reviewVersion">That of the question. The first version did not echo the uid, and is not asked to.</param>
    /// <exception cref="HookFailure">It is none, or not the answer to this question.</exception>
    public static HookAnswer Read(ReadOnlyMemory<byte> body, string reviewVersion, string uid, bool isMutating)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var review = document.RootElement;
            if (review.ValueKind != JsonValueKind.Object)
            {
                throw HookFailure.Of($"couldn't get version/kind; json parse error: cannot read {review.ValueKind} as an object");
            }

            if (Find(review, "response") is not { } response)
            {
                throw HookFailure.Invalid("webhook response was absent");
            }

            if (reviewVersion == "v1")
            {
                CheckEcho(review, response, uid);
            }

            var answer = new HookAnswer
            {
                IsAllowed = Find(response, "allowed") is { } allowed && allowed.GetBoolean(),
                Result = Find(response, "status") is { } status ? ApiJson.Parse<Status>(JsonSerializer.SerializeToUtf8Bytes(status)) : null,
                Patch = Find(response, "patch") is { } patch ? patch.GetBytesFromBase64() : [],
                PatchType = Find(response, "patchType")?.GetString() ?? (reviewVersion == "v1" ? "" : JsonPatch),
                Warnings = Find(response, "warnings") is { } warnings ? [.. warnings.EnumerateArray().Select(static warning => warning.GetString() ?? "")] : [],
                AuditAnnotations = Find(response, "auditAnnotations") is { } notes ? [.. notes.EnumerateObject().Select(static note => new KeyValuePair<string, string>(note.Name, note.Value.GetString() ?? ""))] : [],
            };
            CheckPatch(answer, hasType: Find(response, "patchType") is not null, isMutating, reviewVersion);
            return answer;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ApiJsonException)
        {
            throw HookFailure.Of("couldn't get version/kind; json parse error: " + e.Message, e);
        }
    }

    private static void CheckEcho(JsonElement review, JsonElement response, string uid)
    {
        if ((Find(response, "uid")?.GetString() ?? "") is var echoed && echoed != uid)
        {
            throw HookFailure.Invalid($"expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(echoed)}");
        }

        var (apiVersion, kind) = (Find(review, "apiVersion")?.GetString() ?? "", Find(review, "kind")?.GetString() ?? "");
        if (apiVersion != "admission.k8s.io/v1" || kind != "AdmissionReview")
        {
            var type = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion : "/" + apiVersion;
            throw HookFailure.Invalid($"expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got {type}, Kind={kind}");
        }
    }

    private static void CheckPatch(HookAnswer answer, bool hasType, bool isMutating, string reviewVersion)
    {
        if (reviewVersion != "v1")
        {
            return;
        }

        var hasPatch = answer.Patch.Length > 0;
        var problem = !isMutating && hasPatch ? "validating webhook may not return response.patch"
            : !isMutating && hasType ? "validating webhook may not return response.patchType"
            : hasPatch && !hasType ? "webhook returned response.patch but not response.patchType"
            : !hasPatch && hasType ? "webhook returned response.patchType but not response.patch"
            : hasType && answer.PatchType.Length == 0 ? "webhook returned invalid response.patchType of \"\""
            : null;
        if (problem is not null)
        {
            throw HookFailure.Invalid(problem);
        }

        if (hasPatch && answer.PatchType != JsonPatch)
        {
            throw new HookFailure($"unsupported patch type {GoText.Quote(answer.PatchType)}");
        }
    }

    // Null and absent are the same.
    private static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;
}
