using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Audit;

/// <summary>Records requests as the policy says, from when it is known who asks to the end of the answer.</summary>
internal sealed class Auditor(AuditPolicy policy, AuditFile file, Catalog catalog, TimeProvider time)
{
    /// <summary>Begins the record of a request; null where the policy wants none.</summary>
    /// <param name="user">Null for somebody who could not show who it is.</param>
    public async ValueTask<AuditRecord?> BeginAsync(HttpContext http, UserInfo? user, RequestInfo info)
    {
        if (policy.Find(user, info) is not { } rule)
        {
            return null;
        }

        var record = new AuditRecord(rule, http, user, info, catalog, time.GetUtcNow());
        http.Features.Set(record);
        if (user is not null)
        {
            await AddAsync(record, AuditStages.RequestReceived);
        }

        if (RequestLimits.IsLongRunning(info))
        {
            http.Response.OnStarting(() => AddAsync(record, AuditStages.ResponseStarted).AsTask());
        }
        else if (rule.Level == AuditLevel.RequestResponse && info.Verb is not "head")
        {
            http.Request.Headers.Remove("Accept-Encoding");
            http.Response.Body = new CopyingStream(http.Response.Body);
        }

        return record;
    }

    public async ValueTask EndAsync(AuditRecord record, HttpContext http)
    {
        if (http.Response.Body is CopyingStream answer && !http.RequestAborted.IsCancellationRequested)
        {
            await http.Response.CompleteAsync(); // What is still on its way to the copy.
            record.Answered(answer.Copy);
        }

        await AddAsync(record, AuditStages.ResponseComplete);
    }

    private ValueTask AddAsync(AuditRecord record, AuditStages stage) =>
        policy.Omits(record.Rule, stage) ? default : file.AddAsync(record.ToLine(stage, time.GetUtcNow()));
}
