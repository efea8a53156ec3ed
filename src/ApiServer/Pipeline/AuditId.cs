using Microsoft.AspNetCore.Http;

namespace Navarch.ApiServer.Pipeline;

/// <summary>Every answer names its request, so that client and server can speak of the same one later.</summary>
internal static class AuditId
{
    private const string Header = "Audit-Id";

    /// <summary>Takes the client's name for the request, or gives it one.</summary>
    public static void Set(HttpContext context)
    {
        var given = context.Request.Headers[Header];
        context.Response.Headers[Header] = given.Count > 0 && given[0] is { Length: > 0 } id ? HeaderText.Clean(id) : Guid.NewGuid().ToString();
    }
}
