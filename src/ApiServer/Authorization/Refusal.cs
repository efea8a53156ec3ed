using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authorization;

/// <summary>How a refusal reads.</summary>
internal static class Refusal
{
    /// <summary>What to answer where a request is not allowed: 403, and 500 where not everybody could be asked.</summary>
    /// <remarks>A refusal would be taken for the last word, by a client that asks again after an error of the server.</remarks>
    public static StatusException Of(UserInfo user, Pipeline.RequestInfo request, Decision decision) =>
        decision.Problem is { Length: > 0 } problem ? StatusErrors.InternalError(problem).AsException() : Of(user, request, decision.Reason);

    public static StatusException Of(UserInfo user, Pipeline.RequestInfo request, string reason)
    {
        var suffix = reason.Length == 0 ? "" : ": " + reason;
        if (!request.IsResource)
        {
            return StatusErrors.Forbidden("", "", "", $"User \"{user.Name}\" cannot {request.Verb} path \"{request.Path}\"{suffix}").AsException();
        }

        var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        var scope = request.Namespace.Length > 0 ? $"in the namespace \"{request.Namespace}\"" : "at the cluster scope";
        return StatusErrors.Forbidden(
            request.Group, request.Resource, request.ObjectName,
            $"User \"{user.Name}\" cannot {request.Verb} resource \"{resource}\" in API group \"{request.Group}\" {scope}{suffix}").AsException();
    }
}
