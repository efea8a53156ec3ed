using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Navarch.Api.Authorization.V1;
using Navarch.Api.Json;
using Navarch.ApiServer.Pipeline;
using Navarch.Client;
using UserInfo = Navarch.ApiServer.Registry.UserInfo;

namespace Navarch.ApiServer.Authorization;

/// <summary>
/// Asks another server, by a SubjectAccessReview, and once more where it stumbled. Who cannot be asked has no opinion, or is taken to deny.
/// </summary>
internal sealed partial class WebhookAuthorizer : IAuthorizer, IDisposable
{
    private const int AnswersMax = 8_192;
    private const int BytesMax = 1 << 20;
    private const int TriesMax = 4;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastDelay = TimeSpan.FromSeconds(1);

    private readonly AuthorizationWebhookConfig config;
    private readonly AccessConditions? conditions;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly HttpClient http;
    private readonly BearerToken token;
    private readonly ConcurrentDictionary<string, (Decision Decision, DateTimeOffset Until)> answers = new(StringComparer.Ordinal);

    public WebhookAuthorizer(AuthorizationWebhookConfig config, TimeProvider time, ILogger log)
    {
        this.config = config;
        conditions = AccessConditions.Of(config.Conditions);
        this.time = time;
        this.log = log;
        http = RestTransport.CreateClient(config.Client, RestTransport.CreateHandler(config.Client));
        http.Timeout = config.Timeout;
        http.MaxResponseContentBufferSize = BytesMax;
        token = new BearerToken(config.Client, time);
    }

    public ValueTask<Decision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken ct)
    {
        var question = WebhookQuestion.Of(user, request);
        if (conditions is not null)
        {
            var (hold, problem) = conditions.Hold(question.Spec);
            if (!hold)
            {
                return new(problem is null ? Decision.NoOpinion : Unanswered(problem));
            }
        }

        var body = WebhookQuestion.Write(question, config.ReviewVersion);
        var key = Convert.ToHexString(SHA256.HashData(body)); // Of the whole question: an answer to any other is none to this one.
        return answers.TryGetValue(key, out var known) && time.GetUtcNow() < known.Until ? new(known.Decision) : new(AskAsync(key, body, ct));
    }

    public HeldRules RulesOf(UserInfo user, string @namespace) => new([], "webhook authorizer does not support user rule resolution");

    public void Dispose() => http.Dispose();

    private Decision Unanswered(string problem)
    {
        LogUnmatched(config.Name, problem);
        return WithoutAnswer;
    }

    // Who asked is told no more: why is for the log.
    private Decision WithoutAnswer => Decision.Unanswered(config.FailsClosed ? Verdict.Deny : Verdict.NoOpinion, $"the authorization webhook \"{config.Name}\" gave no answer");

    private async Task<Decision> AskAsync(string key, byte[] body, CancellationToken ct)
    {
        try
        {
            var status = ApiJson.Parse<SubjectAccessReview>(await PostAsync(body, ct)).Status;
            var decision = status switch
            {
                { Allowed: true, Denied: true } => throw new InvalidDataException("the answer both allows and denies"),
                { Denied: true } => Decision.Deny(status.Reason),
                { Allowed: true } => Decision.Allow(status.Reason),
                _ => Decision.Abstain(status.Reason),
            };
            if (answers.Count >= AnswersMax)
            {
                answers.Clear();
            }

            answers[key] = (decision, time.GetUtcNow() + (status.Allowed ? config.AllowedFor : config.RefusedFor));
            return decision;
        }
        catch (Exception e) when (e is HttpRequestException or ApiJsonException or InvalidDataException or IOException or UnauthorizedAccessException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogFailed(config.Name, config.Client.Server, e);
            return WithoutAnswer;
        }
    }

    private async Task<byte[]> PostAsync(byte[] body, CancellationToken ct)
    {
        var backoff = new Backoff(FirstDelay, LastDelay, new Random());
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, config.Client.Server) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                if (token.Current() is { Length: > 0 } shown)
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shown);
                }

                using var answer = await http.SendAsync(request, ct);
                answer.EnsureSuccessStatusCode();
                return await answer.Content.ReadAsByteArrayAsync(ct);
            }
            catch (HttpRequestException e) when (tries < TriesMax && MayPass(e))
            {
                await Task.Delay(backoff.Next(), time, ct);
            }
        }
    }

    // A connection that broke, a server that is busy or being replaced. Not one that takes its time: nobody waits for that twice.
    private static bool MayPass(HttpRequestException e) =>
        e.StatusCode is null or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    [LoggerMessage(LogLevel.Warning, "the authorization webhook \"{Name}\" at {Server} gave no answer")]
    private partial void LogFailed(string name, Uri server, Exception cause);

    [LoggerMessage(LogLevel.Warning, "whether the authorization webhook \"{Name}\" is to be asked cannot be told: {Problem}")]
    private partial void LogUnmatched(string name, string problem);
}
