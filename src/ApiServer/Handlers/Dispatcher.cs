using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Backups;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Discovery;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Reviews;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>Brings an authorized request to the handler of its verb.</summary>
internal sealed class Dispatcher(
    Catalog catalog,
    DiscoveryDocuments discovery,
    OpenApiHandler openApi,
    MetricsHandler metrics,
    OpenIdHandler? openId,
    TokenKeysHandler tokenKeys,
    AuthorityUses authorityUses,
    EncryptionHandler encryption,
    SnapshotHandler snapshot,
    GetHandler get,
    ListHandler list,
    WatchHandler watch,
    CreateHandler create,
    UpdateHandler update,
    PatchHandler patch,
    DeleteHandler delete,
    IReadOnlyDictionary<string, ISubresource> subresources,
    IReadOnlyList<Review> reviews,
    WebhookAdmission webhooks,
    ComponentHealth components)
{
    public Task DispatchAsync(ApiRequest request)
    {
        var info = request.Info;
        if (!info.IsResource)
        {
            return discovery.TryHandle(request) ?? openApi.TryHandle(request) ?? metrics.TryHandle(request) ?? openId?.TryHandle(request) ?? tokenKeys.TryHandle(request) ?? authorityUses.TryHandle(request) ?? encryption.TryHandle(request) ?? snapshot.TryHandle(request) ?? NotFoundAsync(request);
        }

        if (info.Subresource.Length > 0)
        {
            return DispatchSubresource(request);
        }

        var kind = catalog.Find(info.Group, info.Version, info.Resource);
        if (kind is null && FindReview(info) is { } review)
        {
            return review.HandleAsync(request, webhooks);
        }

        if (kind is null || !IsAddressed(kind, info))
        {
            return NotFoundAsync(request);
        }

        // HEAD needs the permission of a GET, and is then answered by what is proxied alone.
        if (IsHead(request) || !kind.Rules.Verbs.Contains(info.Verb) || (info.Name.Length > 0 && info.Verb is "create"))
        {
            throw MethodNotAllowed(request, kind);
        }

        CheckOptions(request);
        if (kind.Rules.Deprecation is { } deprecation)
        {
            Responses.AddWarning(request.Http, deprecation);
        }

        if (kind.Objects.Unreadable is { } unreadable && info.Verb is "list" or "deletecollection")
        {
            Responses.AddWarning(request.Http, $"{unreadable.Count} {kind.Type.Plural} cannot be read and are left out: see `navarch secrets status`");
        }

        if (!kind.Rules.IsStored)
        {
            components.Refresh();
        }

        return info.Verb switch
        {
            "get" => get.HandleAsync(request, kind),
            "list" => list.HandleAsync(request, kind),
            "watch" => watch.HandleAsync(request, kind),
            "create" => create.HandleAsync(request, kind),
            "update" when info.Name.Length > 0 => update.HandleAsync(request, kind, UpdateScope.Main),
            "patch" when info.Name.Length > 0 => patch.HandleAsync(request, kind, UpdateScope.Main),
            "delete" => delete.HandleAsync(request, kind),
            "deletecollection" => delete.HandleCollectionAsync(request, kind),
            _ => throw MethodNotAllowed(request, kind),
        };
    }

    private Review? FindReview(RequestInfo info)
    {
        foreach (var review in reviews)
        {
            if (review.Type.Plural == info.Resource && review.Type.Group == info.Group && review.Type.Version == info.Version
                && review.Type.Namespaced == info.Namespace.Length > 0)
            {
                return review;
            }
        }

        return null;
    }

    private Task DispatchSubresource(ApiRequest request)
    {
        var info = request.Info;
        var kind = catalog.Find(info.Group, info.Version, info.Resource);
        if (kind is null || !IsAddressed(kind, info) || info.Verb == "watch")
        {
            return NotFoundAsync(request); // The old form of a watch is of objects, not of what is below them.
        }

        if (IsHead(request) && info.Subresource != "proxy")
        {
            throw Refused(request, info.Subresource == "status" ? "GET, PATCH, PUT" : "GET");
        }

        CheckOptions(request);
        if (info.Subresource == "status" && kind.Rules.HasStatus && info.Rest.Length == 0)
        {
            return info.Verb switch
            {
                "get" => get.HandleAsync(request, kind),
                "update" => update.HandleAsync(request, kind, UpdateScope.Status),
                "patch" => patch.HandleAsync(request, kind, UpdateScope.Status),
                _ => throw Refused(request, "GET, PATCH, PUT"),
            };
        }

        return subresources.TryGetValue($"{info.Resource}/{info.Subresource}", out var handler) && handler.Describe(kind) is not null
            ? handler.HandleAsync(request, kind)
            : throw StatusErrors.NotFoundPath().AsException();
    }

    private static bool IsHead(ApiRequest request) => HttpMethods.IsHead(request.Http.Request.Method);

    private static void CheckOptions(ApiRequest request)
    {
        if (request.Info.Verb is "create" or "update" or "patch")
        {
            OptionRules.CheckWrite(request.Info.Verb, request.Options, request.Write.IsApply);
        }
    }

    private static StatusException MethodNotAllowed(ApiRequest request, Kind kind)
    {
        var verbs = kind.Rules.Verbs;
        (string Verb, string Method)[] here = request.Info.Name.Length > 0
            ? [("delete", "DELETE"), ("get", "GET"), ("patch", "PATCH"), ("update", "PUT")]
            : [("deletecollection", "DELETE"), ("list", "GET"), ("create", "POST")];
        return Refused(request, string.Join(", ", here.Where(route => verbs.Contains(route.Verb)).Select(static route => route.Method)));
    }

    private static StatusException Refused(ApiRequest request, string methods)
    {
        request.Http.Response.Headers.Allow = methods;
        return StatusErrors.MethodNotAllowed().AsException();
    }

    /// <summary>Inside of a served group that is a Status; anywhere else nobody is there who would speak of Status.</summary>
    private Task NotFoundAsync(ApiRequest request)
    {
        var path = request.Info.Path;
        var group = path.StartsWith("/apis/", StringComparison.Ordinal) ? path.Split('/')[2] : null;
        var isServed = group is null
            ? path == "/api" || path.StartsWith("/api/", StringComparison.Ordinal)
            : catalog.Groups.Contains(group) || reviews.Any(review => review.Type.Group == group);
        return isServed
            ? throw StatusErrors.NotFoundPath().AsException()
            : Responses.WritePageNotFoundAsync(request.Http);
    }

    /// <summary>A namespaced kind has a namespace in its path where a name is given, a cluster-wide kind has none, and a namespace lies in itself alone.</summary>
    private static bool IsAddressed(Kind kind, RequestInfo info) => kind.Type.Namespaced
        ? info.Namespace.Length > 0 || info is { Name.Length: 0, Verb: "list" or "watch" }
        : info.Namespace.Length == 0 || (kind.Type is { Group: "", Plural: "namespaces" } && info.Namespace == info.Name);
}

/// <summary>A path below an object that has rules of its own.</summary>
internal interface ISubresource
{
    /// <summary>What discovery says of the path; null where the kind does not have it.</summary>
    SubresourceType? Describe(Kind kind);

    Task HandleAsync(ApiRequest request, Kind kind);
}

/// <param name="Name">Last segment of the path.</param>
/// <param name="ResponseKind">The kind discovery shows.</param>
internal sealed record SubresourceType(string Name, string Group, string Version, string ResponseKind, params string[] Verbs);
