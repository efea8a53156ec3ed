using System.Collections.Frozen;
using Navarch.Api.Authorization.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>Says whether somebody may do something.</summary>
internal interface IAuthorizer
{
    /// <summary>Null when allowed; otherwise the reason, which may be empty.</summary>
    ValueTask<string?> RefuseAsync(UserInfo user, RequestInfo request, CancellationToken ct);

    /// <summary>Everything somebody may do in a namespace and outside of all, as far as the authorizer can list it.</summary>
    SubjectRulesReviewStatus RulesOf(UserInfo user, string @namespace);
}

/// <summary>Allows administrators and the cluster's own components, and nobody else.</summary>
internal sealed class ComponentAuthorizer : IAuthorizer
{
    private static readonly FrozenSet<string> Users = FrozenSet.ToFrozenSet(
    [
        "system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy", "kube-apiserver-kubelet-client",
    ]);

    private static readonly FrozenSet<string> OpenToAll = FrozenSet.ToFrozenSet(["/version", "/version/", "/api", "/apis", "/openapi/v2", "/openapi/v3"]);

    public ValueTask<string?> RefuseAsync(UserInfo user, RequestInfo request, CancellationToken ct) => new(
        MayEverything(user)
        || (!request.IsResource && request.Verb == "get"
            && (OpenToAll.Contains(request.Path) || (request.Path is OpenIdHandler.ConfigurationPath or OpenIdHandler.KeysPath && user.IsIn("system:serviceaccounts"))))
            ? null
            : "");

    public SubjectRulesReviewStatus RulesOf(UserInfo user, string @namespace) => MayEverything(user)
        ? new SubjectRulesReviewStatus
        {
            ResourceRules = [new ResourceRule { Verbs = ["*"], APIGroups = ["*"], Resources = ["*"] }],
            NonResourceRules = [new NonResourceRule { Verbs = ["*"], NonResourceURLs = ["*"] }],
        }
        : new SubjectRulesReviewStatus
        {
            NonResourceRules = [new NonResourceRule { Verbs = ["get"], NonResourceURLs = [.. OpenToAll.Order(StringComparer.Ordinal)] }],
        };

    private static bool MayEverything(UserInfo user) => user.IsIn("system:masters") || user.IsIn("system:nodes") || Users.Contains(user.Name);
}

/// <summary>How a refusal reads.</summary>
internal static class Refusal
{
    public static StatusException Of(UserInfo user, RequestInfo request, string reason)
    {
        var suffix = reason.Length == 0 ? "" : ": " + reason;
        if (!request.IsResource)
        {
            return StatusErrors.Forbidden("", "", "", $"User \"{user.Name}\" cannot {request.Verb} path \"{request.Path}\"{suffix}").AsException();
        }

        var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        var scope = request.Namespace.Length > 0 ? $"in the namespace \"{request.Namespace}\"" : "at the cluster scope";
        return StatusErrors.Forbidden(
            request.Group, request.Resource, request.Name,
            $"User \"{user.Name}\" cannot {request.Verb} resource \"{resource}\" in API group \"{request.Group}\" {scope}{suffix}").AsException();
    }
}
