using System.Text.Json.Nodes;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>Whose tokens are believed, and whether who brings none is let in (apiserver.config.k8s.io AuthenticationConfiguration).</summary>
/// <param name="Anonymous">Null where the file says nothing of it.</param>
internal sealed record AuthenticationFile(IReadOnlyList<TokenIssuer> Issuers, AnonymousEntry? Anonymous)
{
    /// <param name="path">YAML or JSON.</param>
    /// <param name="reserved">Issuers of this server's own tokens: nobody else may be believed to be one.</param>
    /// <exception cref="InvalidDataException">It cannot be understood or breaks a rule; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AuthenticationFile Load(string path, IReadOnlyList<string> reserved) =>
        Media.ConfigJson.Load(path, "is no configuration of authentication", yaml => Parse(yaml, reserved));

    private static AuthenticationFile Parse(ReadOnlySpan<byte> yaml, IReadOnlyList<string> reserved)
    {
        var document = Media.ConfigJson.Parse(
            yaml, "apiserver.config.k8s.io/v1", "AuthenticationConfiguration", "apiserver.config.k8s.io/v1beta1", "apiserver.config.k8s.io/v1alpha1");
        RequireKnown(document, "", "apiVersion", "kind", "jwt", "anonymous");
        var anonymous = FindObject(document, "", "anonymous");
        var file = new AuthenticationFile(
            [.. Objects(document, "", "jwt").Select(static item => Authenticator(item.Value, item.Field))], anonymous is null ? null : AnonymousEntry.Parse(anonymous, "anonymous"));
        AuthenticationFileRules.Require(file, reserved);
        return file;
    }

    private static TokenIssuer Authenticator(JsonObject value, string field)
    {
        RequireKnown(value, field, "issuer", "claimValidationRules", "claimMappings", "userValidationRules");
        var issuer = FindObject(value, field, "issuer") ?? new JsonObject();
        var (mappings, path) = (FindObject(value, field, "claimMappings") ?? new JsonObject(), field + ".claimMappings");
        RequireKnown(mappings, path, "username", "groups", "uid", "extra");
        return Issuer(issuer, field + ".issuer") with
        {
            Source = value.ToJsonString(),
            ClaimRules = [.. Objects(value, field, "claimValidationRules").Select(static item => ClaimRule(item.Value, item.Field))],
            UserName = Mapping(mappings, path, "username", "prefix"),
            Groups = Mapping(mappings, path, "groups", "prefix"),
            Uid = Mapping(mappings, path, "uid"),
            Extra = [.. Objects(mappings, path, "extra").Select(static item => Extra(item.Value, item.Field))],
            UserRules = [.. Objects(value, field, "userValidationRules").Select(static item => UserRule(item.Value, item.Field))],
        };
    }

    private static TokenIssuer Issuer(JsonObject value, string field)
    {
        RequireKnown(value, field, "url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy", "egressSelectorType");
        if (Text(value, field, "egressSelectorType").Length > 0)
        {
            throw new InvalidDataException($"{field}.egressSelectorType: this server connects to issuers directly");
        }

        return new TokenIssuer(Text(value, field, "url"))
        {
            DiscoveryUrl = Text(value, field, "discoveryURL"),
            CertificateAuthority = Text(value, field, "certificateAuthority"),
            Audiences = Texts(value, field, "audiences"),
            AudienceMatchPolicy = Text(value, field, "audienceMatchPolicy"),
        };
    }

    private static ClaimRule ClaimRule(JsonObject value, string field)
    {
        RequireKnown(value, field, "claim", "requiredValue", "expression", "message");
        return new ClaimRule(Text(value, field, "claim"), Text(value, field, "requiredValue"), Text(value, field, "expression"), Text(value, field, "message"));
    }

    private static ClaimMapping Mapping(JsonObject mappings, string path, string name, params ReadOnlySpan<string> more)
    {
        if (FindObject(mappings, path, name) is not { } value)
        {
            return ClaimMapping.None;
        }

        var field = $"{path}.{name}";
        RequireKnown(value, field, ["claim", "expression", .. more]);
        return new ClaimMapping(Text(value, field, "claim"), FindText(value, field, "prefix"), Text(value, field, "expression"));
    }

    private static ExtraMapping Extra(JsonObject value, string field)
    {
        RequireKnown(value, field, "key", "valueExpression");
        return new ExtraMapping(Text(value, field, "key"), Text(value, field, "valueExpression"));
    }

    private static ExpressionRule UserRule(JsonObject value, string field)
    {
        RequireKnown(value, field, "expression", "message");
        return new ExpressionRule(Text(value, field, "expression"), Text(value, field, "message"));
    }
}

/// <summary>Whether who brings no credentials is let in.</summary>
/// <param name="Paths">Where to; empty for everywhere.</param>
internal sealed record AnonymousEntry(bool IsEnabled, IReadOnlyList<string> Paths)
{
    public static AnonymousEntry Parse(JsonObject value, string field)
    {
        RequireKnown(value, field, "enabled", "conditions");
        return new AnonymousEntry(Flag(value, field, "enabled") ?? false, [.. Objects(value, field, "conditions").Select(static item => Path(item.Value, item.Field))]);
    }

    private static string Path(JsonObject value, string field)
    {
        RequireKnown(value, field, "path");
        return Text(value, field, "path");
    }
}
