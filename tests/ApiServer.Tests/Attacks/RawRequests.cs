using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>Requests that nobody tidies up on the way.</summary>
internal static class RawRequests
{
    /// <param name="body">A PATCH is a merge, unless its body begins with <c>apiVersion</c>: then it is applied, or is a list of changes.</param>
    public static async Task<Answer> RawAsync(this HttpClient client, string method, string path, string? body = null, params IEnumerable<(string Name, string Value)> headers)
    {
        var uri = new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            var type = method != "PATCH" ? "application/json" : body.StartsWith("{\"apiVersion\"", StringComparison.Ordinal) ? "application/apply-patch+yaml" : body[0] == '[' ? "application/json-patch+json" : "application/merge-patch+json";
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Content.Headers.ContentType?.ToString() ?? "", []);
    }
}
