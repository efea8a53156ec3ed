using Microsoft.AspNetCore.Http;

namespace Navarch.Kubelet.Server.Access;

/// <summary>The right that a request needs: a verb on one of several subresources of the node, the narrowest first.</summary>
internal sealed record RequestRight(string Verb, IReadOnlyList<string> Subresources)
{
    private static readonly string[] Sessions = ["/exec", "/attach", "/run", "/portForward"];

    public static RequestRight Of(string method, PathString path) => new(
        // Who opens a WebSocket must say GET. A session in a container is a right to do, not to look.
        Sessions.Any(session => path.StartsWithSegments(session)) ? "create" : VerbOf(method),
        Of(path));

    private static string VerbOf(string method) => method switch
    {
        "POST" => "create",
        "GET" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "", // Only who may do everything may do this.
    };

    private static IReadOnlyList<string> Of(PathString path) =>
        IsUnder(path, "/pods") || IsUnder(path, "/runningpods") ? ["pods", "proxy"]
        : IsUnder(path, "/healthz") ? ["healthz", "proxy"]
        : IsUnder(path, "/configz") ? ["configz", "proxy"]
        : IsUnder(path, "/stats") ? ["stats"]
        : IsUnder(path, "/metrics") ? ["metrics"]
        : IsUnder(path, "/logs") ? ["log"]
        : IsUnder(path, "/spec") ? ["spec"]
        : IsUnder(path, "/checkpoint") ? ["checkpoint"]
        : ["proxy"];

    // As written, although routes are found in any case: what looks otherwise needs the widest right.
    private static bool IsUnder(PathString path, string prefix) => path.StartsWithSegments(prefix, StringComparison.Ordinal);
}
