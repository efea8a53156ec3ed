namespace Navarch.Kubelet.Server.Access;

/// <summary>Who is let into the kubelet's server. Names and defaults are those of upstream's KubeletConfiguration.</summary>
public sealed record AccessConfig
{
    /// <summary>Whether somebody without credentials is <c>system:anonymous</c>; otherwise nobody, and refused.</summary>
    public bool Anonymous { get; init; }

    /// <summary>Whether the API server is asked whose a bearer token is; otherwise tokens are worth nothing here.</summary>
    public bool TokenWebhook { get; init; } = true;

    /// <summary>How long an answer about a token is believed.</summary>
    public TimeSpan TokenCacheTtl { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Who decides what a caller may do.</summary>
    public AuthorizationMode Authorization { get; init; } = AuthorizationMode.Webhook;

    /// <summary>How long a caller that may is not asked about again.</summary>
    public TimeSpan CacheAuthorizedTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one that may not is refused without asking again.</summary>
    public TimeSpan CacheUnauthorizedTtl { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Who decides what callers of the kubelet may do.</summary>
public enum AuthorizationMode
{
    /// <summary>The API server, by a SubjectAccessReview.</summary>
    Webhook,

    /// <summary>Nobody: whoever is known may do everything.</summary>
    AlwaysAllow,
}
