using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authentication;

/// <summary>What an authenticator made of a request: a user, bad credentials, or none that it knows the kind of.</summary>
/// <param name="user">Null where it found nobody.</param>
/// <param name="isRefused">There were credentials, and they are not good: nobody takes their bearer for anonymous.</param>
internal readonly struct Authenticated(UserInfo? user, bool isRefused)
{
    public static Authenticated Nobody => default;

    public static Authenticated Refused => new(null, isRefused: true);

    public UserInfo? User => user;

    public bool IsRefused => isRefused;

    public static Authenticated As(UserInfo user) => new(user, isRefused: false);
}

/// <summary>Says who makes a request.</summary>
internal interface IAuthenticator
{
    ValueTask<Authenticated> AuthenticateAsync(HttpContext http, CancellationToken ct);
}

/// <summary>Says whose a bearer token is.</summary>
internal interface ITokenAuthenticator
{
    /// <summary>Null for a token that is not good, or of another kind.</summary>
    ValueTask<UserInfo?> FindAsync(string token, CancellationToken ct);
}
