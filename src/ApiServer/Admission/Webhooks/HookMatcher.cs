using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>Whether somebody is to be asked about a request: by rules, then by labels of the object and its namespace, then by conditions.</summary>
internal sealed class HookMatcher(Kind namespaces, ObjectStore stored, IAuthorizer authorizer)
{
    /// <summary>The version in which to ask; null where the webhook is not to be asked.</summary>
    /// <exception cref="StatusException">404: the webhook chooses by labels of a namespace that is not there; 403: it cannot be told whether its conditions hold.</exception>
    public ValueTask<Kind?> MatchAsync(Webhook hook, HookedRequest request, CancellationToken ct) =>
        hook.Conditions is { } conditions ? ConditionallyAsync(hook, conditions, request, ct) : MatchAsync(hook.Scope, request, ct);

    /// <inheritdoc cref="MatchAsync(Webhook, HookedRequest, CancellationToken)"/>
    public ValueTask<Kind?> MatchAsync(RequestScope scope, HookedRequest request, CancellationToken ct) =>
        scope.Match(request) is not { } version ? default
        : !SelectsObject(scope.Objects, request) ? default
        : scope.Namespaces.IsEverything || IsOutside(request) ? new(version)
        : SelectsNamespaceAsync(scope, version, request, ct);

    private async ValueTask<Kind?> ConditionallyAsync(Webhook hook, Conditions conditions, HookedRequest request, CancellationToken ct)
    {
        if (await MatchAsync(hook.Scope, request, ct) is not { } version)
        {
            return null;
        }

        var (hold, problem) = await conditions.HoldAsync(new RequestValues(request, version, null, authorizer), null, ct);
        return problem is null ? (hold ? version : null) : throw StatusErrors.Forbidden(request.Kind.Type, request.Name, problem).AsException();
    }

    // Either end of a change will do: nobody takes an object out of sight by taking its label away.
    private static bool SelectsObject(Selector selector, HookedRequest request) =>
        selector.IsEverything || Selects(selector, request.Form, request.Value) || Selects(selector, request.Form, request.Old);

    private static bool Selects(Selector selector, HookForm form, IApiObject? value) => value is not null && form.LabelsOf(value) is { } labels && selector.Matches(labels);

    private static bool IsNamespace(HookedRequest request) => request.Kind.Type == Namespace.ResourceType;

    // What lies in no namespace cannot be exempted by one.
    private static bool IsOutside(HookedRequest request) => request.Namespace.Length == 0 && !IsNamespace(request);

    private async ValueTask<Kind?> SelectsNamespaceAsync(RequestScope scope, Kind version, HookedRequest request, CancellationToken ct)
    {
        // A namespace counts as it is to be, which is what the next request to it will find.
        var labels = IsNamespace(request) && request is { Subresource: "", Operation: "CREATE" or "UPDATE" }
            ? request.Form.LabelsOf(request.Value!)!
            : request.NamespaceLabels ??= await LabelsAsync(request.Namespace, ct);
        return scope.Namespaces.Matches(labels) ? version : null;
    }

    private async ValueTask<Map<string>> LabelsAsync(string name, CancellationToken ct)
    {
        var found = namespaces.Objects.Current.Objects.Find(name) ?? await stored.FindAsync(namespaces, name, ct)
            ?? throw StatusErrors.NotFound(Namespace.ResourceType, name).AsException();
        return found.Labels;
    }
}
