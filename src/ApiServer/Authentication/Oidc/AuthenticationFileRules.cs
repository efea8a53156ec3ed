using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.ApiServer.Resources;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>The rules that a file of issuers is held to, with upstream's words for what breaks them.</summary>
internal static class AuthenticationFileRules
{
    private const int IssuersMax = 64;
    private const string Both = "claim and expression can't both be set";
    private const string Neither = "claim or expression is required";
    private const string Unverified =
        "claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression "
        + "when claims.email is used in claimMappings.username.expression";

    /// <exception cref="InvalidDataException">It breaks a rule.</exception>
    public static void Require(AuthenticationFile file, IReadOnlyList<string> reserved)
    {
        var errors = new FieldErrors();
        Issuers(errors, FieldPath.Of("jwt"), file.Issuers, reserved);
        if (file.Anonymous is { IsEnabled: false, Paths.Count: > 0 } closed)
        {
            var paths = new RawValue($"[{string.Join(',', closed.Paths.Select(static path => $"{{\"path\":{GoText.Quote(path)}}}"))}]");
            errors.Invalid("anonymous.conditions", paths, "enabled should be set to true when conditions are defined");
        }

        if (errors.Any)
        {
            throw new InvalidDataException(GoText.Aggregate(errors.All.Select(static error => error.ToString())));
        }
    }

    private static void Issuers(FieldErrors errors, FieldPath list, IReadOnlyList<TokenIssuer> issuers, IReadOnlyList<string> reserved)
    {
        if (issuers.Count > IssuersMax)
        {
            errors.TooMany(list, issuers.Count, IssuersMax);
            return;
        }

        var (urls, discoveryUrls) = (new HashSet<string>(), new HashSet<string>());
        for (var i = 0; i < issuers.Count; i++)
        {
            var (path, issuer) = (list[i], issuers[i]);
            Issuer(errors, path / "issuer", issuer, reserved);
            ClaimRules(errors, path / "claimValidationRules", issuer.ClaimRules);
            Mappings(errors, path / "claimMappings", issuer);
            UserRules(errors, path / "userValidationRules", issuer.UserRules);
            if (!urls.Add(issuer.Url))
            {
                errors.Duplicate(path / "issuer" / "url", issuer.Url);
            }

            if (issuer.DiscoveryUrl.Length > 0 && !discoveryUrls.Add(issuer.DiscoveryUrl))
            {
                errors.Duplicate(path / "issuer" / "discoveryURL", issuer.DiscoveryUrl);
            }
        }
    }

    private static void Issuer(FieldErrors errors, FieldPath path, TokenIssuer issuer, IReadOnlyList<string> reserved)
    {
        if (issuer.Url.Length == 0)
        {
            errors.Required(path / "url");
        }
        else
        {
            if (reserved.Contains(issuer.Url))
            {
                errors.Invalid(path / "url", issuer.Url, $"URL must not overlap with disallowed issuers: [{string.Join(' ', reserved.Order(StringComparer.Ordinal))}]");
            }

            Url(errors, path / "url", issuer.Url);
        }

        if (issuer.DiscoveryUrl.Length > 0)
        {
            if (issuer.DiscoveryUrl.TrimEnd('/') == issuer.Url.TrimEnd('/'))
            {
                errors.Invalid(path / "discoveryURL", issuer.DiscoveryUrl, "discoveryURL must be different from URL");
            }

            Url(errors, path / "discoveryURL", issuer.DiscoveryUrl);
        }

        Audiences(errors, path, issuer);
        if (issuer.CertificateAuthority.Length > 0 && !HasCertificate(issuer.CertificateAuthority))
        {
            errors.Invalid(path / "certificateAuthority", "<omitted>", "data does not contain any valid RSA or ECDSA certificates");
        }
    }

    private static void Url(FieldErrors errors, FieldPath path, string text)
    {
        var url = Uri.TryCreate(text, UriKind.Absolute, out var parsed) ? parsed : null;
        Require(url?.Scheme == Uri.UriSchemeHttps, "URL scheme must be https");
        Require(url is not { UserInfo.Length: > 0 }, "URL must not contain a username or password");
        Require(url is not { Query.Length: > 1 }, "URL must not contain a query");
        Require(url is not { Fragment.Length: > 1 }, "URL must not contain a fragment");

        void Require(bool holds, string problem) => errors.InvalidIf(holds ? null : problem, path, text);
    }

    private static void Audiences(FieldErrors errors, FieldPath path, TokenIssuer issuer)
    {
        var (list, policy, seen) = (path / "audiences", issuer.AudienceMatchPolicy, new HashSet<string>());
        for (var i = 0; i < issuer.Audiences.Count; i++)
        {
            if (issuer.Audiences[i].Length == 0)
            {
                errors.Required(list[i]);
            }

            if (!seen.Add(issuer.Audiences[i]))
            {
                errors.Duplicate(list[i], issuer.Audiences[i]);
            }
        }

        switch (issuer.Audiences.Count)
        {
            case 0:
                errors.Required(list, $"at least one {list} is required");
                break;
            case 1 when policy is not ("" or "MatchAny"):
                errors.Invalid(path / "audienceMatchPolicy", policy, "audienceMatchPolicy must be empty or MatchAny for single audience");
                break;
            case > 1 when policy != "MatchAny":
                errors.Invalid(path / "audienceMatchPolicy", policy, "audienceMatchPolicy must be MatchAny for multiple audiences");
                break;
            default:
                break;
        }
    }

    private static bool HasCertificate(string pem)
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(pem);
            return found.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static void ClaimRules(FieldErrors errors, FieldPath list, IReadOnlyList<ClaimRule> rules)
    {
        var (claims, expressions) = (new HashSet<string>(), new HashSet<string>());
        for (var i = 0; i < rules.Count; i++)
        {
            var (path, rule) = (list[i], rules[i]);
            switch (rule)
            {
                case { Claim.Length: > 0, Expression.Length: > 0 }:
                    errors.Invalid(path, rule.Claim, Both);
                    break;
                case { Claim.Length: 0, Expression.Length: 0 }:
                    errors.Required(path, Neither);
                    break;
                case { Claim.Length: > 0 }:
                    errors.InvalidIf(rule.Message.Length > 0 ? "may not be specified when claim is set" : null, path / "message", rule.Message);
                    if (!claims.Add(rule.Claim))
                    {
                        errors.Duplicate(path / "claim", rule.Claim);
                    }

                    break;
                default:
                    errors.InvalidIf(rule.RequiredValue.Length > 0 ? "may not be specified when expression is set" : null, path / "requiredValue", rule.RequiredValue);
                    if (expressions.Add(rule.Expression))
                    {
                        ClaimExpressions.ValidateRule(errors, path / "expression", rule.Expression);
                    }
                    else
                    {
                        errors.Duplicate(path / "expression", rule.Expression);
                    }

                    break;
            }
        }
    }

    private static void Mappings(FieldErrors errors, FieldPath path, TokenIssuer issuer)
    {
        var name = issuer.UserName;
        if (name is { Claim.Length: 0, Expression.Length: 0 })
        {
            errors.Required(path / "username", Neither);
        }

        Mapping(errors, path / "username", name);
        Mapping(errors, path / "groups", issuer.Groups);
        if (issuer.Uid is { Claim.Length: > 0, Expression.Length: > 0 })
        {
            errors.Invalid(path / "uid", "", Both);
        }
        else if (issuer.Uid.Expression.Length > 0)
        {
            ClaimExpressions.ValidateMapping(errors, path / "uid" / "expression", issuer.Uid.Expression);
        }

        Extra(errors, path / "extra", issuer.Extra);

        // Only expressions that compile can be looked into.
        if (!errors.Any && ClaimExpressions.LooksAt(name.Expression, "email")
            && !issuer.ClaimRules.Select(static rule => rule.Expression).Concat(issuer.Extra.Select(static one => one.Expression)).Append(name.Expression)
                .Any(static expression => ClaimExpressions.LooksAt(expression, "email_verified")))
        {
            errors.Invalid(path / "username" / "expression", name.Expression, Unverified);
        }
    }

    private static void Mapping(FieldErrors errors, FieldPath path, ClaimMapping mapping)
    {
        switch (mapping)
        {
            case { Claim.Length: > 0, Expression.Length: > 0 }:
                errors.Invalid(path, "", Both);
                break;
            case { Expression.Length: > 0 }:
                errors.InvalidIf(mapping.Prefix is null ? null : "may not be specified when expression is set", path / "prefix", mapping.Prefix);
                ClaimExpressions.ValidateMapping(errors, path / "expression", mapping.Expression);
                break;
            case { Claim.Length: > 0, Prefix: null }:
                errors.Required(path / "prefix", "prefix is required when claim is set. It can be set to an empty string to disable prefixing");
                break;
            default:
                break;
        }
    }

    private static void Extra(FieldErrors errors, FieldPath list, IReadOnlyList<ExtraMapping> mappings)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < mappings.Count; i++)
        {
            var (path, key) = (list[i] / "key", mappings[i].Key);
            errors.DomainPrefixed(path, key);
            errors.InvalidIf(key.Any(char.IsUpper) ? "must be lowercase" : null, path, key);
            var domain = key.IndexOf('/') is >= 0 and var slash ? "." + key[..slash] : "";
            if (domain.EndsWith(".kubernetes.io", StringComparison.Ordinal) || domain.EndsWith(".k8s.io", StringComparison.Ordinal))
            {
                errors.Invalid(path, key, "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use");
            }

            if (!seen.Add(key))
            {
                errors.Duplicate(path, key);
            }
            else if (mappings[i].Expression.Length == 0)
            {
                errors.Required(list[i] / "valueExpression");
            }
            else
            {
                ClaimExpressions.ValidateMapping(errors, list[i] / "valueExpression", mappings[i].Expression);
            }
        }
    }

    private static void UserRules(FieldErrors errors, FieldPath list, IReadOnlyList<ExpressionRule> rules)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < rules.Count; i++)
        {
            var (path, expression) = (list[i] / "expression", rules[i].Expression);
            if (expression.Length == 0)
            {
                errors.Required(path);
            }
            else if (!seen.Add(expression))
            {
                errors.Duplicate(path, expression);
            }
            else
            {
                ClaimExpressions.ValidateUserRule(errors, path, expression);
            }
        }
    }
}
