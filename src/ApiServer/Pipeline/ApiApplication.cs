using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Fairness;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Metrics;
using Navarch.ApiServer.Registry;
using Navarch.Client.Serving;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.Pipeline;

/// <summary>
/// Every request, from the socket to its handler: who is it, what does it want, may it. Whatever goes wrong is answered
/// with a Status.
/// </summary>
internal sealed partial class ApiApplication(
    AuthenticatorChain authenticators,
    Impersonation impersonation,
    IAuthorizer authorizer,
    Dispatcher dispatcher,
    HealthHandler health,
    Auditor? auditor,
    FlowControl flows,
    RequestLimits limits,
    RequestMetrics metrics,
    TimeProvider time,
    ILogger log,
    CancellationToken stopping) : IHttpApplication<DefaultHttpContext>
{
    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        // Kestrel keeps one context per connection (or stream) for us: nothing is allocated for the next request.
        if (contextFeatures is IHostContextContainer<DefaultHttpContext> container)
        {
            container.HostContext ??= new DefaultHttpContext();
            container.HostContext.Initialize(contextFeatures);
            return container.HostContext;
        }

        return new DefaultHttpContext(contextFeatures);
    }

    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();

    public async Task ProcessRequestAsync(DefaultHttpContext context)
    {
        AuditId.Set(context);
        var path = context.Request.Path.Value ?? "/";
        if (health.TryHandle(context, path) is { } checkup)
        {
            await checkup;
            return;
        }

        var began = time.GetTimestamp();
        RequestInfo? info = null;
        AuditRecord? record = null;
        var options = RequestOptions.None;
        try
        {
            var user = await authenticators.AuthenticateAsync(context, context.RequestAborted);
            if (!user.IsIn("system:unauthenticated"))
            {
                context.Features.Get<Newcomer>()?.Welcome();
            }

            options = RequestOptions.Parse(context.Request.QueryString.Value ?? "");
            info = RequestInfo.Parse(context.Request.Method, path, options.Watch).Selecting(options.FieldSelector, options.LabelSelector);
            record = auditor is null ? null : await auditor.BeginAsync(context, user, info);
            var (actor, constraint) = await impersonation.ActAsAsync(user, info, context, context.RequestAborted);
            record?.ActsAs(actor, constraint);
            await (options.Timeout.Length > 0 && !RequestLimits.IsLongRunning(info) ? ServeWithinAsync(context, info, options, actor) : ServeAsync(context, info, options, actor));
        }
        catch (Exception e)
        {
            if (auditor is not null && info is null)
            {
                record = await auditor.BeginAsync(context, null, RequestInfo.Parse(context.Request.Method, path, isWatch: false)); // By whomever it was.
            }

            await AnswerAsync(context, e);
        }
        finally
        {
            if (record is not null)
            {
                await auditor!.EndAsync(record, context);
            }

            if (info is not null)
            {
                metrics.Ended(info, options, ApplyBody.IsSentBy(context.Request, info), context.Response.StatusCode, time.GetElapsedTime(began), context.Response.ContentLength ?? 0);
            }
        }
    }

    // The time that a client gives is also that of its turn to come.
    private Task ServeWithinAsync(DefaultHttpContext context, RequestInfo info, RequestOptions options, UserInfo user) =>
        Deadline.RunAsync(context, options.Timeout, time, () => ServeAsync(context, info, options, user));

    private async Task ServeAsync(DefaultHttpContext context, RequestInfo info, RequestOptions options, UserInfo user)
    {
        using var turn = await flows.AdmitAsync(context, user, info, options);
        var decision = await authorizer.DecideAsync(user, info, context.RequestAborted);
        AuditRecord.Of(context)?.Decided(decision);
        if (!decision.IsAllowed)
        {
            throw Refusal.Of(user, info, decision);
        }

        using var slot = limits.Enter(info, user);
        await (slot.IsLongRunning ? RunLongAsync(context, info, options, user) : RunAsync(new ApiRequest(context, info, options, user)));
    }

    // Who is refused is told the hints all the same: some say why.
    private async Task RunAsync(ApiRequest request)
    {
        try
        {
            await dispatcher.DispatchAsync(request);
        }
        catch (StatusException) when (request.Warnings.Count > 0 && !request.Http.Response.HasStarted)
        {
            Responses.AddWarnings(request);
            throw;
        }
    }

    // Requests without a natural end must not hold up a stop.
    private async Task RunLongAsync(DefaultHttpContext context, RequestInfo info, RequestOptions options, UserInfo user)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.RequestAborted = ending.Token;
        await dispatcher.DispatchAsync(new ApiRequest(context, info, options, user));
    }

    private async Task AnswerAsync(HttpContext context, Exception error)
    {
        switch (error)
        {
            case StatusException { Status.Code: StatusCodes.Status401Unauthorized } unknown:
                LetGo(context);
                await Responses.WriteStatusAsync(context, unknown.Status);
                break;
            case StatusException refused:
                await Responses.WriteStatusAsync(context, refused.Status);
                break;
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                break; // The client left, or the server does. There is nobody to answer.
            case BadHttpRequestException bad:
                await Responses.WriteStatusAsync(context, bad.StatusCode == 413 ? RequestBody.TooLarge().Status : StatusErrors.BadRequest(bad.Message));
                break;
            case Microsoft.AspNetCore.Connections.ConnectionResetException or Microsoft.AspNetCore.Connections.ConnectionAbortedException:
                break;
            case StoreUnavailableException or StoreOutcomeUnknownException:
                LogUnavailable(error);
                await Responses.WriteStatusAsync(context, StoreErrors.Status((StoreException)error));
                break;
            case ArgumentException { ParamName: "write" } unstorable:
                await Responses.WriteStatusAsync(context, StatusErrors.RequestEntityTooLarge(unstorable.Message));
                break;
            default:
                LogFailed(context.Request.Method, MaskedUri.Of(context.Request), error);
                await Responses.WriteStatusAsync(context, StatusErrors.InternalError(error.Message));
                break;
        }
    }

    // Over HTTP/2 somebody unknown could ask again without end, and faster than it is answered.
    private static void LetGo(HttpContext context)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Uri} failed")]
    private partial void LogFailed(string method, string uri, Exception cause);

    [LoggerMessage(LogLevel.Error, "the store refuses writes")]
    private partial void LogUnavailable(Exception cause);
}
