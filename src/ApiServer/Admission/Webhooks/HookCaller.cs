using System.Globalization;
using Microsoft.Extensions.Logging;
using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>Asks one webhook about one request, within its time, and says what its answer, or its silence, means.</summary>
internal sealed partial class HookCaller(WebhookClients clients, WebhookMetrics metrics, TimeProvider time, ILogger log)
{
    // Beyond it nobody waits for a write, whatever each webhook may take.
    private static readonly TimeSpan AllWebhooksOfARequest = TimeSpan.FromSeconds(34);

    // What a webhook may write into the audit log under one key.
    private const int AnnotationMax = 64 * 1024;

    /// <param name="place">Which call of the request it is, for the audit log: <c>round_0_index_2</c>.</param>
    /// <returns>Null where it could not be asked, and that is to be passed over.</returns>
    /// <exception cref="StatusException">The webhook refused, or could not be asked.</exception>
    public async Task<HookAnswer?> AskAsync(Webhook hook, Kind version, HookedRequest request, byte[]? json, byte[]? oldJson, string place, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        var call = new HookCall(hook, request.Operation);
        if (request.Options.IsDryRun && hook.SideEffects is not (SideEffectClass.None or SideEffectClass.NoneOnDryRun))
        {
            throw HookStatus.NoDryRun(hook.Name).AsException();
        }

        try
        {
            var answer = await ReviewAsync(hook, version, request, json, oldJson, ct);
            Take(hook, request, answer);
            metrics.Answered(call, 200, time.GetElapsedTime(began), isRejected: !answer.IsAllowed);
            if (answer.IsAllowed)
            {
                return answer;
            }

            var refusal = HookStatus.Denied(hook.Name, answer.Result);
            metrics.Rejected(call, WebhookMetrics.NoError, refusal.Code);
            throw refusal.AsException();
        }
        catch (HookFailure e)
        {
            metrics.Answered(call, 0, time.GetElapsedTime(began), isRejected: !hook.FailsOpen);
            if (!hook.FailsOpen)
            {
                LogFailedClosed(hook.Name, request.Operation, e);
                metrics.Rejected(call, WebhookMetrics.CallingFailed, 0);
                throw HookStatus.NotAsked(hook.Name, e).AsException(e);
            }

            LogFailedOpen(hook.Name, request.Operation, e);
            metrics.FailedOpen(call);
            request.Options.Audit?.Annotate($"failed-open.{(hook.IsMutating ? "mutating" : "validating")}.webhook.admission.k8s.io/{place}", hook.Name);
            return null;
        }
    }

    private static void Take(Webhook hook, HookedRequest request, HookAnswer answer)
    {
        lock (request.Options.Warnings)
        {
            request.Options.Warnings.AddRange(answer.Warnings);
        }

        foreach (var (key, value) in answer.AuditAnnotations)
        {
            request.Options.Audit?.Annotate($"{hook.Name}/{key}", value.Length > AnnotationMax ? value[..AnnotationMax] : value);
        }
    }

    private async Task<HookAnswer> ReviewAsync(Webhook hook, Kind version, HookedRequest request, byte[]? json, byte[]? oldJson, CancellationToken ct)
    {
        if (hook.Scope.Problem is { } problem)
        {
            throw HookFailure.Of(problem);
        }

        if (hook.ReviewVersion.Length == 0)
        {
            throw new HookFailure("could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)");
        }

        var (timeout, isLast) = TimeFor(hook, request.Options);
        var url = string.Create(CultureInfo.InvariantCulture, $"{hook.Target.Url}?timeout={Math.Ceiling(timeout.TotalSeconds)}s");
        var uid = Guid.NewGuid().ToString();
        var body = AdmissionReview.Write(hook.ReviewVersion, uid, version, request, json, oldJson);
        using var over = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, ct);
        try
        {
            using var use = clients.Take(hook.Target);
            return HookAnswer.Read(await use.Client.PostAsync(url, body, either.Token), hook.ReviewVersion, uid, hook.IsMutating);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw isLast && over.IsCancellationRequested ? HookStatus.TookTooLong().AsException(e) : HookFailure.Of($"Post {GoText.Quote(url)}: context deadline exceeded", e);
        }
    }

    // A hook's own time, or what is left of the time of all.
    private (TimeSpan Timeout, bool IsLast) TimeFor(Webhook hook, WriteOptions options)
    {
        var left = AllWebhooksOfARequest - time.GetElapsedTime(options.AskingSince!.Value);
        return left <= TimeSpan.Zero ? throw HookStatus.TookTooLong().AsException()
            : left < hook.Timeout ? (left, true)
            : (hook.Timeout, false);
    }

    [LoggerMessage(LogLevel.Warning, "webhook {Webhook} could not be asked about a {Operation}, which goes on without it")]
    private partial void LogFailedOpen(string webhook, string operation, Exception cause);

    [LoggerMessage(LogLevel.Warning, "webhook {Webhook} could not be asked about a {Operation}, which is refused")]
    private partial void LogFailedClosed(string webhook, string operation, Exception cause);
}
