using System.Security.Cryptography.X509Certificates;

namespace Navarch.ApiServer;

/// <summary>Who is let in beside holders of certificates and of service accounts' tokens.</summary>
public sealed record AuthenticationConfig
{
    public static readonly AuthenticationConfig Default = new();

    /// <summary>
    /// Who brings no credentials may ask for these paths, as system:anonymous; null for any path. Roles decide what is answered: of
    /// where a cluster is, which who joins checks by its token, nothing without a binding.
    /// </summary>
    public IReadOnlyList<string>? AnonymousPaths { get; init; } = ["/livez", "/readyz", "/healthz", "/version", "/api/v1/namespaces/kube-public/configmaps/cluster-info"];

    /// <summary>An option has said which; a file may then say nothing of it.</summary>
    public bool AnonymousIsChosen { get; init; }

    /// <summary>Tokens of users, a line each; empty for none.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>A proxy that says who its clients are; null for none.</summary>
    public FrontProxyConfig? FrontProxy { get; init; }

    /// <summary>Somebody else who issues tokens; null for none.</summary>
    public OidcConfig? Oidc { get; init; }

    /// <summary>A file that names issuers (apiserver.config.k8s.io/v1 AuthenticationConfiguration), followed while the server runs; empty for none.</summary>
    public string File { get; init; } = "";
}

/// <summary>A proxy in front of the server, known by its certificate, which says in headers who its clients are.</summary>
/// <param name="Authorities">Who signs the proxy's certificate. These may sign for no other clients: whoever they sign for can be anybody.</param>
public sealed record FrontProxyConfig(X509Certificate2Collection Authorities)
{
    /// <summary>Common names of certificates that may do so; empty for all that <see cref="Authorities"/> signed.</summary>
    public IReadOnlyList<string> AllowedNames { get; init; } = [];

    /// <summary>Headers with the user's name; the first that is there counts.</summary>
    public IReadOnlyList<string> UserHeaders { get; init; } = ["X-Remote-User"];

    public IReadOnlyList<string> UidHeaders { get; init; } = ["X-Remote-Uid"];

    public IReadOnlyList<string> GroupHeaders { get; init; } = ["X-Remote-Group"];

    /// <summary>What headers with anything else begin with.</summary>
    public IReadOnlyList<string> ExtraHeaderPrefixes { get; init; } = ["X-Remote-Extra-"];
}

/// <summary>An issuer of OpenID Connect tokens. Names and defaults are those of upstream's <c>--oidc-*</c>.</summary>
/// <param name="IssuerUrl">Where its discovery document lies, below <c>/.well-known/</c>. HTTPS.</param>
/// <param name="ClientId">Whom tokens must be meant for.</param>
public sealed record OidcConfig(Uri IssuerUrl, string ClientId)
{
    public string UserNameClaim { get; init; } = "sub";

    /// <summary>Before names of users, so that they are not those of others; null for the issuer and a hash sign (but for the claim email), "-" for none.</summary>
    public string? UserNamePrefix { get; init; }

    /// <summary>Empty: users have no groups.</summary>
    public string GroupsClaim { get; init; } = "";

    public string GroupsPrefix { get; init; } = "";

    /// <summary>Claims that a token must have.</summary>
    public IReadOnlyDictionary<string, string> RequiredClaims { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> SigningAlgorithms { get; init; } = ["RS256"];

    /// <summary>Who signs the issuer's certificate; null for those whom the machine trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }
}
