using System.Text.Json;
using Navarch.Api;
using Navarch.Api.Json;
using Navarch.ApiServer.Admission.Policies;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>
/// Asks policies and webhooks that change objects, one after the other, each about what those before made of it; and in a second
/// round once more those that want to know of what was changed after them.
/// </summary>
/// <param name="take">Makes the object that is shown next out of one that a webhook changed.</param>
internal sealed class MutatingRound(PolicyMutation policies, Webhook[] hooks, HookMatcher matcher, HookCaller caller, WebhookMetrics metrics, HookedRequest request, Func<IApiObject, IApiObject> take)
{
    private readonly HashSet<Webhook> asked = [];
    private readonly HashSet<Webhook> toAskAgain = [];
    private readonly Dictionary<MutatingPolicy, IApiObject> leftByPolicies = [];
    private IApiObject? left;
    private int round;

    public HookedRequest Request => request;

    /// <returns>Whether somebody changed the object.</returns>
    /// <exception cref="StatusException">The request is refused.</exception>
    public async ValueTask<bool> RunAsync(CancellationToken ct)
    {
        if (round > 0 && !Equals(left, request.Value))
        {
            Requeue(); // Plugins changed it since.
        }

        var hasChanged = await policies.MutateAsync(request, take, leftByPolicies, ct);
        if (hasChanged)
        {
            Requeue();
        }

        for (var i = 0; i < hooks.Length; i++)
        {
            var hook = hooks[i];
            if ((round > 0 && !toAskAgain.Contains(hook)) || await matcher.MatchAsync(hook, request, ct) is not { } version)
            {
                continue;
            }

            if (await AskAsync(hook, version, $"round_{round}_index_{i}", ct))
            {
                hasChanged = true;
                Requeue();
            }

            if (hook.IsReinvoked)
            {
                asked.Add(hook);
            }
        }

        left = request.Value;
        round++;
        return hasChanged;
    }

    private void Requeue()
    {
        toAskAgain.UnionWith(asked);
        asked.Clear();
    }

    private async ValueTask<bool> AskAsync(Webhook hook, Kind version, string place, CancellationToken ct)
    {
        var hasChanged = false;
        try
        {
            var answer = await caller.AskAsync(hook, version, request, request.Json(version), request.OldJson(version), place, ct);
            hasChanged = answer is { Patch.Length: > 0 } && Change(hook, version, answer, place);
            return hasChanged;
        }
        finally
        {
            request.Options.Audit?.Annotate("mutation.webhook.admission.k8s.io/" + place, Note(hook, json => json.WriteBoolean("mutated", hasChanged)));
        }
    }

    private bool Change(Webhook hook, Kind version, HookAnswer answer, string place)
    {
        try
        {
            var document = JsonNode.Parse(answer.Patch);
            var patch = JsonPatch.Read(document);
            if (document is JsonArray { Items.Count: 0 })
            {
                return false;
            }

            if (request.Value is not { } before)
            {
                throw StatusErrors.InternalError($"admission webhook {GoText.Quote(hook.Name)} attempted to modify the object, which is not supported for this operation").AsException();
            }

            var json = patch.Apply(JsonNode.Parse(request.Json(version)!)).ToUtf8();
            if (json.Length > RequestBody.BytesMax)
            {
                throw RequestBody.TooLarge();
            }

            var changed = request.Form.Read(version, json, before, out var problems);
            request.Options.Warnings.AddRange(problems.Select(problem => $"admission webhook {GoText.Quote(hook.Name)}: {problem}"));
            request.Value = take(changed);
            request.Options.Audit?.Annotate("patch.webhook.admission.k8s.io/" + place, Note(hook, writer =>
            {
                writer.WritePropertyName("patch");
                writer.WriteRawValue(document.ToUtf8(), skipInputValidation: true);
                writer.WriteString("patchType", HookAnswer.JsonPatch);
            }), AuditLevel.Request);
            return !request.Value.Equals(before);
        }
        catch (Exception e) when (e is PatchException or ApiJsonException)
        {
            metrics.Rejected(new HookCall(hook, request.Operation), WebhookMetrics.ServerFailed, 0);
            throw StatusErrors.InternalError(e.Message).AsException(e);
        }
    }

    private static string Note(Webhook hook, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("configuration", hook.Configuration);
            json.WriteString("webhook", hook.Name);
            write(json);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
