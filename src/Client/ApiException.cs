using System.Net;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>The API server refused or failed a request; <see cref="Status"/> is its answer.</summary>
public sealed class ApiException(Status status, Exception? inner = null)
    : Exception(status.Message.Length > 0 ? status.Message : $"the server answered {status.Code} {status.Reason}", inner)
{
    public Status Status { get; } = status;

    public int Code => Status.Code;

    public string Reason => Status.Reason;

    public bool IsNotFound => Reason == StatusReason.NotFound || Is(HttpStatusCode.NotFound);

    /// <summary>The object changed since it was read, or a precondition does not hold.</summary>
    public bool IsConflict => Reason == StatusReason.Conflict;

    public bool IsAlreadyExists => Reason == StatusReason.AlreadyExists;

    public bool IsInvalid => Reason == StatusReason.Invalid;

    public bool IsForbidden => Reason == StatusReason.Forbidden || Is(HttpStatusCode.Forbidden);

    public bool IsUnauthorized => Reason == StatusReason.Unauthorized || Is(HttpStatusCode.Unauthorized);

    /// <summary>The asked-for place in history is gone: list again.</summary>
    public bool IsExpired => Reason is StatusReason.Expired or StatusReason.Gone || Is(HttpStatusCode.Gone);

    /// <summary>An object cannot be created because its namespace is being deleted.</summary>
    public bool IsNamespaceTerminating =>
        IsForbidden && Status.Details?.Causes.Any(cause => cause.Type == CauseType.Vcorev1NamespaceTerminatingCause) == true;

    /// <summary>The same request may succeed later without anybody changing anything.</summary>
    public bool IsTransient =>
        Reason is StatusReason.ServerTimeout or StatusReason.Timeout or StatusReason.TooManyRequests
            or StatusReason.ServiceUnavailable or StatusReason.InternalError
        || Code is 429 or >= 500;

    /// <summary>How long the server asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter =>
        Status.Details is { RetryAfterSeconds: > 0 } details ? TimeSpan.FromSeconds(details.RetryAfterSeconds) : null;

    /// <summary>An exception with a Status made here, for a client that has no server's answer to quote.</summary>
    public static ApiException Of(int code, string reason, string message, Exception? inner = null) =>
        new(new Status { StatusValue = "Failure", Code = code, Reason = reason, Message = message }, inner);

    private bool Is(HttpStatusCode code) => Reason.Length == 0 && Code == (int)code;
}
