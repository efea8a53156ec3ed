namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>The issuer that options name, as a file would name it.</summary>
internal static class OidcIssuer
{
    public static TokenIssuer Of(OidcConfig config) => new(config.IssuerUrl.OriginalString)
    {
        CertificateAuthority = config.Authorities?.ExportCertificatePems() ?? "",
        Audiences = [config.ClientId],
        Algorithms = config.SigningAlgorithms,
        ClaimRules = [.. config.RequiredClaims.Select(static required => new ClaimRule(required.Key, required.Value, "", ""))],
        UserName = new ClaimMapping(config.UserNameClaim, NamePrefix(config), ""),
        Groups = new ClaimMapping(config.GroupsClaim, config.GroupsPrefix, ""),
    };

    private static string NamePrefix(OidcConfig config) => config.UserNamePrefix switch
    {
        "-" => "",
        null => config.UserNameClaim == "email" ? "" : config.IssuerUrl.OriginalString + "#",
        var prefix => prefix,
    };
}
