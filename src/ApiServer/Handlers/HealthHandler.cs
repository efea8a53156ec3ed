using System.Text;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Handlers;

/// <summary>Says whether the server is well: <c>/healthz</c>, <c>/livez</c>, <c>/readyz</c>, whole or check by check.</summary>
internal sealed class HealthHandler
{
    private readonly List<Check> checks = [new("ping", Endpoints.All, static () => default)];

    /// <summary>Which of the three ask a check.</summary>
    [Flags]
    internal enum Endpoints
    {
        Health = 1,
        Live = 2,
        Ready = 4,
        All = Health | Live | Ready,
    }

    /// <param name="problem">What is wrong, or null.</param>
    public void Add(string name, Endpoints endpoints, Func<string?> problem) => Add(name, endpoints, () => ValueTask.FromResult(problem()));

    /// <param name="problem">What is wrong, or null; to be found out within seconds.</param>
    public void Add(string name, Endpoints endpoints, Func<ValueTask<string?>> problem) => checks.Add(new Check(name, endpoints, problem));

    /// <summary>Answers without authentication, as load balancers and kubelets ask; null where the path asks for no check that there is.</summary>
    public Task? TryHandle(HttpContext http, string path)
    {
        var slash = path.IndexOf('/', 1);
        var endpoint = (slash < 0 ? path : path[..slash]) switch
        {
            "/healthz" => Endpoints.Health,
            "/livez" => Endpoints.Live,
            "/readyz" => Endpoints.Ready,
            _ => default,
        };
        if (endpoint == default)
        {
            return null;
        }

        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (slash < 0 || slash == path.Length - 1)
        {
            return AnswerAllAsync(http, endpoint, path.Trim('/'));
        }

        var name = path[(slash + 1)..];
        return checks.Find(check => check.Name == name && (check.Endpoints & endpoint) != 0) is { } only ? AnswerOneAsync(http, only) : null;
    }

    private static async Task AnswerOneAsync(HttpContext http, Check check)
    {
        var problem = await check.Problem();
        await (problem is null ? WriteAsync(http, 200, "ok") : WriteAsync(http, 500, $"internal server error: {problem}\n"));
    }

    private async Task AnswerAllAsync(HttpContext http, Endpoints endpoint, string name)
    {
        var excluded = http.Request.Query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var text = new StringBuilder();
        var hasFailed = false;
        foreach (var check in checks)
        {
            if ((check.Endpoints & endpoint) == 0)
            {
                continue;
            }

            if (excluded.Remove(check.Name))
            {
                text.Append("[+]").Append(check.Name).Append(" excluded: ok\n");
                continue;
            }

            // What is wrong is for those to know who may ask for the one check.
            var isWrong = await check.Problem() is not null;
            hasFailed |= isWrong;
            text.Append(isWrong ? "[-]" : "[+]").Append(check.Name).Append(isWrong ? " failed: reason withheld\n" : " ok\n");
        }

        if (excluded.Count > 0)
        {
            text.Append("warn: some health checks cannot be excluded: no matches for ").AppendJoin(',', excluded.Order(StringComparer.Ordinal).Select(Machinery.Errors.GoText.Quote)).Append('\n');
        }

        text.Append(name).Append(hasFailed ? " check failed\n" : " check passed\n");
        await WriteAsync(http, hasFailed ? 500 : 200, hasFailed || http.Request.Query.ContainsKey("verbose") ? text.ToString() : "ok");
    }

    private static Task WriteAsync(HttpContext http, int code, string text) =>
        Responses.WriteBytesAsync(http, code, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text), endsLine: false);

    private sealed record Check(string Name, Endpoints Endpoints, Func<ValueTask<string?>> Problem);
}
