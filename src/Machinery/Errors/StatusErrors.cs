using System.Globalization;
using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Machinery.Errors;

/// <summary>
/// The failures an API server answers with: code, reason, message and details as clients expect them. Tools branch on the
/// reason and the details, people read the message, so all three have the form of every other Kubernetes server.
/// </summary>
public static class StatusErrors
{
    public static Status NotFound(ResourceType type, string name) => NotFound(type.Group, type.Plural, name);

    /// <param name="resource">Plural, such as <c>pods</c>.</param>
    public static Status NotFound(string group, string resource, string name) =>
        Failure(404, StatusReason.NotFound, $"{Of(group, resource)} {GoText.Quote(name)} not found", Details(group, resource, name));

    /// <summary>A path that leads nowhere.</summary>
    public static Status NotFoundPath() =>
        Failure(404, StatusReason.NotFound, "the server could not find the requested resource", StatusDetails.Empty);

    public static Status AlreadyExists(ResourceType type, string name) =>
        Failure(409, StatusReason.AlreadyExists, $"{type.GroupResource} {GoText.Quote(name)} already exists", Details(type.Group, type.Plural, name));

    /// <summary>A create with generateName that found no free name in all its tries.</summary>
    public static Status GeneratedNameExists(ResourceType type, string name) =>
        Failure(409, StatusReason.AlreadyExists, $"{type.GroupResource} {GoText.Quote(name)} already exists, the server was not able to generate a unique name for the object", Details(type.Group, type.Plural, name));

    public static Status Conflict(ResourceType type, string name, string why) => Conflict(type.Group, type.Plural, name, why);

    public static Status Conflict(string group, string resource, string name, string why) =>
        Failure(409, StatusReason.Conflict, $"Operation cannot be fulfilled on {Of(group, resource)} {GoText.Quote(name)}: {why}", Details(group, resource, name));

    /// <summary>An update that carries an older resourceVersion than the stored object has.</summary>
    public static Status Modified(ResourceType type, string name) =>
        Conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>An apply over fields that belong to other managers.</summary>
    public static Status ApplyConflict(IReadOnlyList<StatusCause> causes, string message) =>
        Failure(409, StatusReason.Conflict, message, StatusDetails.Empty with { Causes = causes });

    public static Status Invalid(ResourceType type, string name, IReadOnlyList<FieldError> errors) => Invalid(type.Group, type.Kind, name, errors);

    public static Status Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var causes = errors.Select(error => new StatusCause { Type = error.Reason, Message = error.Message, Field = error.Field }).ToList();
        var message = $"{Of(group, kind)} {GoText.Quote(name)} is invalid";
        if (errors.Count > 0)
        {
            message += ": " + GoText.Aggregate(errors.Select(error => error.ToString()));
        }

        return Failure(422, StatusReason.Invalid, message, Details(group, kind, name) with { Causes = causes });
    }

    /// <summary>A patch that does not fit the object. Says no more, as its words are not stable.</summary>
    public static Status PatchDoesNotApply() =>
        Failure(422, StatusReason.Invalid, "the server rejected our request due to an error in our request", StatusDetails.Empty);

    public static Status BadRequest(string message) => Failure(400, StatusReason.BadRequest, message, null);

    public static Status Unauthorized(string message = "Unauthorized") => Failure(401, StatusReason.Unauthorized, message, null);

    /// <param name="group">With <paramref name="resource"/> empty the request is not about a resource.</param>
    public static Status Forbidden(string group, string resource, string name, string why)
    {
        var message = resource.Length == 0 ? $"forbidden: {why}"
            : name.Length == 0 ? $"{Of(group, resource)} is forbidden: {why}"
            : $"{Of(group, resource)} {GoText.Quote(name)} is forbidden: {why}";
        return Failure(403, StatusReason.Forbidden, message, Details(group, resource, name));
    }

    public static Status Forbidden(ResourceType type, string name, string why) => Forbidden(type.Group, type.Plural, name, why);

    public static Status MethodNotAllowed(string group, string resource, string verb) =>
        Failure(405, StatusReason.MethodNotAllowed, $"{verb} is not supported on resources of kind {GoText.Quote(Of(group, resource))}", Details(group, resource, ""));

    /// <summary>A path that exists, but not for this HTTP method.</summary>
    public static Status MethodNotAllowed() =>
        Failure(405, StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource", StatusDetails.Empty);

    public static Status NotAcceptable(IEnumerable<string> mediaTypes) =>
        Failure(406, StatusReason.NotAcceptable, $"only the following media types are accepted: {string.Join(", ", mediaTypes)}", null);

    public static Status UnsupportedMediaType(IEnumerable<string> mediaTypes) =>
        Failure(415, StatusReason.UnsupportedMediaType, $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", mediaTypes)}", null);

    /// <summary>The revision asked for is not kept any more: list anew.</summary>
    public static Status Expired(string message) => Failure(410, StatusReason.Expired, message, null);

    public static Status Gone(string message) => Failure(410, StatusReason.Gone, message, null);

    public static Status RequestEntityTooLarge(string why) =>
        Failure(413, StatusReason.RequestEntityTooLarge, $"Request entity too large: {why}", null);

    public static Status Timeout(string why, int retryAfterSeconds) =>
        Failure(504, StatusReason.Timeout, $"Timeout: {why}", StatusDetails.Empty with { RetryAfterSeconds = retryAfterSeconds });

    /// <summary>A read at a revision the store has not reached.</summary>
    public static Status ResourceVersionTooLarge(long wanted, long current)
    {
        var status = Timeout(string.Create(CultureInfo.InvariantCulture, $"Too large resource version: {wanted}, current: {current}"), retryAfterSeconds: 1);
        var cause = new StatusCause { Type = CauseType.ResourceVersionTooLarge, Message = "Too large resource version" };
        return status with { Details = status.Details! with { Causes = [cause] } };
    }

    public static Status ServerTimeout(ResourceType type, string operation, int retryAfterSeconds) => Failure(
        500,
        StatusReason.ServerTimeout,
        $"The {operation} operation against {type.GroupResource} could not be completed at this time, please try again.",
        Details(type.Group, type.Plural, operation) with { RetryAfterSeconds = retryAfterSeconds });

    public static Status TooManyRequests(string message, int retryAfterSeconds) =>
        Failure(429, StatusReason.TooManyRequests, message, StatusDetails.Empty with { RetryAfterSeconds = retryAfterSeconds });

    public static Status InternalError(string why) =>
        Failure(500, StatusReason.InternalError, $"Internal error occurred: {why}", StatusDetails.Empty with { Causes = [new StatusCause { Message = why }] });

    public static Status ServiceUnavailable(string why) => Failure(503, StatusReason.ServiceUnavailable, why, null);

    public static StatusException AsException(this Status status, Exception? inner = null) => new(status, inner);

    private static Status Failure(int code, string reason, string message, StatusDetails? details) => new()
    {
        StatusValue = "Failure",
        Message = message,
        Reason = reason,
        Details = details,
        Code = code,
    };

    private static StatusDetails Details(string group, string kind, string name) => new() { Name = name, Group = group, Kind = kind };

    private static string Of(string group, string name) => group.Length == 0 ? name : $"{name}.{group}";
}
