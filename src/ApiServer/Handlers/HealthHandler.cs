using System.Text;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Handlers;

/// <summary>Says whether the server is well: <c>/healthz</c>, <c>/livez</c>, <c>/readyz</c>, whole or check by check.</summary>
internal sealed class HealthHandler
{
    private readonly List<(string Name, Func<string?> Problem)> checks = [("ping", static () => null)];

    /// <param name="problem">What is wrong, or null.</param>
    public void Add(string name, Func<string?> problem) => checks.Add((name, problem));

    /// <summary>Answers without authentication: load balancers and kubelets ask.</summary>
    public Task HandleAsync(Microsoft.AspNetCore.Http.HttpContext http, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isVerbose = http.Request.Query.ContainsKey("verbose");
        var excluded = http.Request.Query["exclude"];
        var text = new StringBuilder();
        var failed = false;
        foreach (var (name, problem) in checks)
        {
            if (parts.Length > 1 && parts[1] != name)
            {
                continue;
            }

            if (excluded.Contains(name))
            {
                text.Append("[+]").Append(name).Append(" excluded: ok\n");
                continue;
            }

            var wrong = problem();
            failed |= wrong is not null;
            text.Append(wrong is null ? "[+]" : "[-]").Append(name).Append(wrong is null ? " ok\n" : " failed: reason withheld\n");
        }

        text.Append(parts[0]).Append(failed ? " check failed\n" : " check passed\n");
        var body = failed || isVerbose ? text.ToString() : "ok";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Responses.WriteBytesAsync(http, failed ? 500 : 200, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(body), endsLine: false);
    }
}
