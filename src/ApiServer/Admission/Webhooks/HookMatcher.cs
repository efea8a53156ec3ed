using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>Whether a webhook is to be asked about a request, by its rules, then by labels of the object and its namespace.</summary>
internal sealed class HookMatcher(Kind namespaces, ObjectStore stored)
{
    /// <summary>The version in which to ask; null where it is not to be asked.</summary>
    /// <exception cref="StatusException">404: the webhook chooses by labels of a namespace that is not there.</exception>
    public ValueTask<Kind?> MatchAsync(Webhook hook, HookedRequest request, CancellationToken ct) =>
        hook.Match(request) is not { } version ? default
        : !SelectsObject(hook.Objects, request) ? default
        : hook.Namespaces.IsEverything || IsOutside(request) ? new(version)
        : SelectsNamespaceAsync(hook, version, request, ct);

    // Either end of a change will do: nobody takes an object out of sight by taking its label away.
    private static bool SelectsObject(Selector selector, HookedRequest request) =>
        selector.IsEverything || Selects(selector, request.Form, request.Value) || Selects(selector, request.Form, request.Old);

    private static bool Selects(Selector selector, HookForm form, IApiObject? value) => value is not null && form.LabelsOf(value) is { } labels && selector.Matches(labels);

    private static bool IsNamespace(HookedRequest request) => request.Kind.Type == Namespace.ResourceType;

    // What lies in no namespace cannot be exempted by one.
    private static bool IsOutside(HookedRequest request) => request.Namespace.Length == 0 && !IsNamespace(request);

    private async ValueTask<Kind?> SelectsNamespaceAsync(Webhook hook, Kind version, HookedRequest request, CancellationToken ct)
    {
        // A namespace counts as it is to be, which is what the next request to it will find.
        var labels = IsNamespace(request) && request is { Subresource: "", Operation: "CREATE" or "UPDATE" }
            ? request.Form.LabelsOf(request.Value!)!
            : request.NamespaceLabels ??= await LabelsAsync(request.Namespace, ct);
        return hook.Namespaces.Matches(labels) ? version : null;
    }

    private async ValueTask<Map<string>> LabelsAsync(string name, CancellationToken ct)
    {
        var found = namespaces.Objects.Current.Objects.Find(name) ?? await stored.FindAsync(namespaces, name, ct)
            ?? throw StatusErrors.NotFound(Namespace.ResourceType, name).AsException();
        return found.Labels;
    }
}
