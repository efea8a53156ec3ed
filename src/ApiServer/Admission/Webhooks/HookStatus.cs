using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>What clients are answered where a webhook refused, or could not be asked.</summary>
internal static class HookStatus
{
    /// <summary>The webhook's own words, made a failure where it forgot to.</summary>
    public static Status Denied(string webhook, Status? result)
    {
        result ??= new Status();
        var refusal = $"admission webhook {GoText.Quote(webhook)} denied the request";
        return result with
        {
            Code = result.Code switch { < 400 => 400, > 599 => 500, _ => result.Code },
            StatusValue = result.StatusValue is "" or "Success" ? "Failure" : result.StatusValue,
            Message = result.Message.Length > 0 ? $"{refusal}: {result.Message}"
                : result.Reason.Length > 0 ? $"{refusal}: {result.Reason}"
                : refusal + " without explanation",
        };
    }

    public static Status NotAsked(string webhook, HookFailure failure) => StatusErrors.InternalError($"failed calling webhook {GoText.Quote(webhook)}: {failure.Message}");

    public static Status NoDryRun(string webhook) => StatusErrors.BadRequest($"admission webhook {GoText.Quote(webhook)} does not support dry run");

    /// <summary>All webhooks of a request together took longer than a request may.</summary>
    public static Status TookTooLong() => StatusErrors.Timeout("request did not complete within requested timeout - context deadline exceeded", retryAfterSeconds: 0);

    /// <summary>What stands for a status code that is no success.</summary>
    /// <param name="body">What was said with it.</param>
    public static string OfCode(int code, string body) => code switch
    {
        401 => "the server has asked for the client to provide credentials",
        403 => body,
        404 => "the server could not find the requested resource",
        405 => "the server does not allow this method on the requested resource",
        409 => "the server reported a conflict",
        422 => "the server rejected our request due to an error in our request",
        429 => "the server has received too many requests and has asked us to try again later",
        503 => "the server is currently unable to handle the request",
        504 => "the server was unable to return a response in the time allotted, but may still be processing the request",
        >= 500 => $"an error on the server ({GoText.Quote(body)}) has prevented the request from succeeding",
        _ => $"the server responded with the status code {code} but did not return more information",
    };
}
