using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Pipeline;

/// <summary>One request on its way through the stages.</summary>
internal sealed class ApiRequest(HttpContext http, RequestInfo info, RequestOptions options, UserInfo user)
{
    private WriteOptions? write;

    public HttpContext Http { get; } = http;

    public RequestInfo Info { get; } = info;

    public RequestOptions Options { get; } = options;

    public UserInfo User { get; } = user;

    /// <summary>Ends when the client is gone or the server ends the request.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Hints for the caller, in the order they arise.</summary>
    public List<string> Warnings { get; } = [];

    public WriteOptions Write => write ??= new WriteOptions(User)
    {
        IsDryRun = Options.IsDryRun,
        Subresource = Info.Subresource,
        FieldManager = FieldManager,
        GivenManager = Options.FieldManager,
        FieldValidation = Options.FieldValidation,
        Force = Options.Force == true,
        Audit = AuditRecord.Of(Http),
        Warnings = Warnings,
        IsApply = Handlers.ApplyBody.IsSentBy(Http.Request, Info),
    };

    /// <summary>As the client names itself: in the query, else by its program's name.</summary>
    /// <exception cref="Machinery.Errors.StatusException">422: the name in the query cannot be one.</exception>
    public string FieldManager => Options.FieldManager.Length > 0
        ? FieldManagerName.Checked(Options.FieldManager, Info.Verb)
        : FieldManagerName.OfAgent(Http.Request.Headers.UserAgent.ToString());

    public bool IsPretty => Options.Pretty ?? IsReadByPeople(Http);

    /// <exception cref="Machinery.Errors.StatusException">406.</exception>
    public OutputFormat Format(Offer offer) => OutputFormat.Negotiate(Http.Request.Headers.Accept, offer);

    /// <summary>Before curl, wget and browsers sit people.</summary>
    public static bool IsReadByPeople(HttpContext http) =>
        http.Request.Headers.UserAgent.ToString() is var agent && (agent.StartsWith("curl", StringComparison.Ordinal) || agent.StartsWith("Wget", StringComparison.Ordinal) || agent.StartsWith("Mozilla/5.0", StringComparison.Ordinal));
}
