using Navarch.Api;
using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Admission.Policies;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>
/// What policies and webhooks have to say about requests. Webhooks are not asked about what the server writes on its own, nor about the objects
/// that configure admission: those must be in reach when nothing else is.
/// </summary>
internal sealed class WebhookAdmission(
    WebhookIndex index, PolicyMutation mutations, PolicyAdmission policies, HookMatcher matcher, HookCaller caller, WebhookMetrics metrics, TimeProvider time)
{
    private static readonly string ExemptGroup = MutatingWebhookConfiguration.ResourceType.Group;

    /// <summary>There is neither a webhook nor a policy at all.</summary>
    public bool IsSilent => index.Current is null && policies.IsSilent && mutations.IsSilent;

    /// <summary>Policies and webhooks that may change the object of a write; null where there are none.</summary>
    /// <param name="value">The object as plugins left it.</param>
    public WriteRound? Begin(AdmissionRequest request, IResource value)
    {
        var hooks = index.Current is { } all && IsShown(request.Kind, request.Options) ? all.Mutating : [];
        return hooks.Length == 0 && !mutations.Sees(request.Kind, request.Options)
            ? null
            : new WriteRound(mutations, hooks, matcher, caller, metrics, request, value, Of(request, request.IsNameGenerated ? "" : value.Metadata.Name));
    }

    /// <summary>Holds the object against policies, then asks the webhooks that may only refuse, all at once.</summary>
    /// <exception cref="StatusException">One refused, or could not be asked.</exception>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        var hooks = index.Current is { } all && IsShown(request.Kind, request.Options) ? all.Validating : [];
        if (hooks.Length == 0 && (policies.IsSilent || request.Options.IsAdmitted))
        {
            return default;
        }

        var hooked = Of(request, request.Value.Metadata.Name);
        hooked.Value = request.Operation == "DELETE" ? null : request.Value;
        return ValidateAsync(hooks, hooked, ct);
    }

    /// <summary>Asks all webhooks about something that is not stored as it is, such as a Binding, and returns what they made of it.</summary>
    /// <exception cref="StatusException">The request is refused.</exception>
    public async ValueTask<IApiObject> AdmitAsync(HookedRequest request, CancellationToken ct)
    {
        var hooks = index.Current is { } all && IsShown(request.Kind, request.Options) ? all : new Webhooks([], []);
        StartClock(request.Options);
        var round = new MutatingRound(mutations, hooks.Mutating, matcher, caller, metrics, request, static changed => changed);
        if (await round.RunAsync(ct))
        {
            await round.RunAsync(ct);
        }

        await ValidateAsync(hooks.Validating, request, ct);
        return request.Value!;
    }

    // Of all webhooks of the request, whichever is asked first.
    private void StartClock(WriteOptions options) => options.AskingSince ??= time.GetTimestamp();

    private static bool IsShown(Kind kind, WriteOptions options) => kind.Type.Group != ExemptGroup && !options.IsAdmitted && !ReferenceEquals(options.User, UserInfo.Server);

    private HookedRequest Of(AdmissionRequest request, string name)
    {
        StartClock(request.Options);
        return new HookedRequest
        {
            Operation = request.Operation,
            Kind = request.Kind,
            Options = request.Options,
            Form = request.Options.Form ?? HookForm.Object,
            Subresource = request.Options.Subresource,
            Name = name,
            Namespace = request.Kind.Type == Namespace.ResourceType ? name : request.Value.Metadata.Namespace,
            Old = request.Old,
            Delete = request.Delete,
        };
    }

    private async ValueTask ValidateAsync(Webhook[] hooks, HookedRequest request, CancellationToken ct)
    {
        if (!request.Options.IsAdmitted)
        {
            await policies.ValidateAsync(request, ct);
        }

        List<Func<Task>>? wanted = null;
        for (var i = 0; i < hooks.Length; i++)
        {
            if (await matcher.MatchAsync(hooks[i], request, ct) is { } version)
            {
                // Written here: what is written once is not for several threads to find missing.
                var (hook, json, oldJson, place) = (hooks[i], request.Json(version), request.OldJson(version), $"round_0_index_{i}");
                (wanted ??= []).Add(() => caller.AskAsync(hook, version, request, json, oldJson, place, ct));
            }
        }

        if (wanted is null)
        {
            return;
        }

        List<Task> calls = [.. wanted.Select(static ask => ask())];
        await Task.WhenAll(calls).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var call in calls)
        {
            await call; // The first in order of the configurations that refused, whoever was faster.
        }
    }
}
