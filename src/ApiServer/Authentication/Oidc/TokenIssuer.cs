namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>Somebody whose tokens are believed, and who their holders are. Names are those of the file that says it, or of upstream's options.</summary>
/// <param name="Url">What tokens say they are from.</param>
internal sealed record TokenIssuer(string Url)
{
    /// <summary>All that the file says of it: two that are the same are one.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where its discovery document lies; empty for <c>/.well-known/openid-configuration</c> below <see cref="Url"/>.</summary>
    public string DiscoveryUrl { get; init; } = "";

    /// <summary>Who signs its certificate, PEM; empty for those whom the machine trusts.</summary>
    public string CertificateAuthority { get; init; } = "";

    /// <summary>Tokens must be meant for one of these.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    public string AudienceMatchPolicy { get; init; } = "";

    public IReadOnlyList<string> Algorithms { get; init; } = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];

    /// <summary>What a token must say.</summary>
    public IReadOnlyList<ClaimRule> ClaimRules { get; init; } = [];

    public ClaimMapping UserName { get; init; } = ClaimMapping.None;

    public ClaimMapping Groups { get; init; } = ClaimMapping.None;

    public ClaimMapping Uid { get; init; } = ClaimMapping.None;

    public IReadOnlyList<ExtraMapping> Extra { get; init; } = [];

    /// <summary>What must be true of a user.</summary>
    public IReadOnlyList<ExpressionRule> UserRules { get; init; } = [];
}

/// <summary>A claim that must have a value, or an expression over the claims that must be true.</summary>
internal sealed record ClaimRule(string Claim, string RequiredValue, string Expression, string Message);

/// <summary>An expression that must be true.</summary>
/// <param name="Message">What is said where it is not.</param>
internal sealed record ExpressionRule(string Expression, string Message);

/// <summary>What becomes part of a user: a claim, or what an expression makes of the claims.</summary>
/// <param name="Prefix">Before the claim; null where nothing is said of one.</param>
internal sealed record ClaimMapping(string Claim, string? Prefix, string Expression)
{
    public static readonly ClaimMapping None = new("", null, "");
}

/// <summary>What else is known of a user, by name.</summary>
internal sealed record ExtraMapping(string Key, string Expression);
