using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authentication;

/// <summary>Finds out who makes a request, and takes out of it what proved it: nothing behind sees credentials.</summary>
/// <param name="anonymousPaths">Where who brings no credentials may go, as of now; null for everywhere.</param>
internal sealed class AuthenticatorChain(IReadOnlyList<IAuthenticator> authenticators, Func<IReadOnlyList<string>?> anonymousPaths)
{
    private const string IdentityPrefix = "X-Remote-";

    private static readonly UserInfo Anonymous = new("system:anonymous", ["system:unauthenticated"]);

    /// <exception cref="StatusException">401: credentials that are not good, or none where some are needed.</exception>
    public async ValueTask<UserInfo> AuthenticateAsync(HttpContext http, CancellationToken ct)
    {
        var isRefused = false;
        foreach (var authenticator in authenticators)
        {
            var found = await authenticator.AuthenticateAsync(http, ct);
            isRefused |= found.IsRefused;
            if (found.User is { } user)
            {
                Strip(http.Request.Headers);
                return user;
            }
        }

        if (isRefused || !IsOpen(http.Request.Path.Value ?? "/"))
        {
            throw StatusErrors.Unauthorized().AsException();
        }

        Strip(http.Request.Headers);
        return Anonymous;
    }

    private bool IsOpen(string path) => anonymousPaths() is not { } paths || paths.Contains(path);

    private static void Strip(IHeaderDictionary headers)
    {
        headers.Authorization = default;
        List<string>? names = null;
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(IdentityPrefix, StringComparison.OrdinalIgnoreCase))
            {
                (names ??= []).Add(name);
            }
        }

        foreach (var name in names ?? [])
        {
            headers.Remove(name);
        }
    }
}
