using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Authorization.V1;
using Navarch.Client.Serving;

namespace Navarch.Kubelet.Server.Access;

/// <summary>
/// Lets a request through when it is known who sends it and the cluster allows that one the request's right on this node.
/// The health check alone answers everybody. Texts are upstream's.
/// </summary>
internal sealed partial class AccessCheck(string nodeName, AccessConfig config, CertificateCallers certificates, Reviews reviews, ILogger log)
{
    private const string Scheme = "Bearer ";

    private static readonly UserInfo Anonymous = new() { Username = "system:anonymous", Groups = ["system:unauthenticated"] };

    public async Task PassAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path == "/healthz")
        {
            await next(http);
            return;
        }
        if (await CallerAsync(http) is not { } caller)
        {
            await AnswerAsync(http, StatusCodes.Status401Unauthorized, "Unauthorized");
            return;
        }
        if (caller != Anonymous)
        {
            http.Features.Get<Newcomer>()?.Welcome();
        }
        // From here on nobody needs the credentials any more, least of all whom a session is joined to.
        http.Request.Headers.Authorization = default;
        if (config.Authorization == AuthorizationMode.AlwaysAllow || await MayAsync(http, caller))
        {
            await next(http);
        }
    }

    private async Task<UserInfo?> CallerAsync(HttpContext http)
    {
        var certificate = http.Connection.ClientCertificate;
        if (certificate is not null && certificates.Find(certificate) is { } holder)
        {
            return holder;
        }
        var header = http.Request.Headers.Authorization.ToString();
        if (config.TokenWebhook && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && header[Scheme.Length..].Trim() is { Length: > 0 } token)
        {
            try
            {
                return await reviews.FindAsync(token, http.RequestAborted);
            }
            catch (ReviewException e)
            {
                LogNotAuthenticated(e);
                return null;
            }
        }
        // Credentials that are not good are not taken for none.
        return config.Anonymous && certificate is null && header.Length == 0 ? Anonymous : null;
    }

    /// <summary>Whether the request may go on; otherwise it has been answered.</summary>
    private async Task<bool> MayAsync(HttpContext http, UserInfo caller)
    {
        var right = RequestRight.Of(http.Request.Method, http.Request.Path);
        foreach (var subresource in right.Subresources)
        {
            var attributes = new ResourceAttributes { Verb = right.Verb, Version = "v1", Resource = "nodes", Subresource = subresource, Name = nodeName };
            try
            {
                if (await reviews.MayAsync(caller, attributes, http.RequestAborted))
                {
                    return true;
                }
            }
            catch (ReviewException e)
            {
                LogNotAuthorized(caller.Username, e);
                await AnswerAsync(
                    http, StatusCodes.Status500InternalServerError,
                    $"Authorization error (user={caller.Username}, verb={right.Verb}, resource=nodes, subresource={subresource})");
                return false;
            }
        }
        await AnswerAsync(
            http, StatusCodes.Status403Forbidden,
            $"Forbidden (user={caller.Username}, verb={right.Verb}, resource=nodes, subresource(s)=[{string.Join(' ', right.Subresources)}])");
        return false;
    }

    private static Task AnswerAsync(HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        // With its length: who asked for an upgrade reads the answer by hand, and chunks are no part of it.
        http.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(text);
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    [LoggerMessage(LogLevel.Warning, "a caller's token could not be looked at")]
    private partial void LogNotAuthenticated(Exception cause);

    [LoggerMessage(LogLevel.Warning, "it could not be asked what {User} may do")]
    private partial void LogNotAuthorized(string user, Exception cause);
}
