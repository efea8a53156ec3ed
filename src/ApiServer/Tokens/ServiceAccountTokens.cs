using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Json;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tokens;

/// <summary>
/// The tokens of service accounts: signed statements of who somebody is, good for as long as they say and for as long as
/// the account, and the object the token is bound to, exist.
/// </summary>
internal sealed class ServiceAccountTokens(ServiceAccountTokenConfig config, TokenKeyRing ring, Catalog catalog, TimeProvider time)
{
    private const string Private = "kubernetes.io";

    // Who is being deleted may still finish something, and clocks of servers differ a little. Upstream's leeway; of ends we allow none.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    public string Issuer { get; } = config.Issuers[0];

    public ServiceAccountTokenConfig Config => config;

    public TokenKeyRing Ring => ring;

    /// <summary>Whom tokens for this server are meant for.</summary>
    public IReadOnlyList<string> Audiences { get; } = config.Audiences.Count > 0 ? config.Audiences : config.Issuers;

    /// <param name="lifetime">Until the token is refused.</param>
    /// <param name="warnAfter">Until its holder should have had a new one; null for the whole lifetime.</param>
    /// <exception cref="TokenKeyException">It could not be written down for how long the key is needed.</exception>
    public async Task<IssuedToken> IssueAsync(
        ServiceAccount account, IReadOnlyList<string> audiences, TimeSpan lifetime, TimeSpan? warnAfter, IEnumerable<KeyValuePair<string, ObjectMeta>> bound, CancellationToken ct)
    {
        var signing = await SigningKeyAsync(lifetime, ct);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var about = new JsonObject();
        about.Set("namespace", new JsonText(account.Metadata.Namespace));
        foreach (var (name, metadata) in bound.Append(new("serviceaccount", account.Metadata)).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            about.Set(name, Reference(metadata));
        }

        if (warnAfter is { } warn)
        {
            about.Set("warnafter", new JsonNumber(now + (long)warn.TotalSeconds));
        }

        var claims = new JsonObject();
        claims.Set("aud", JsonArray.Of(audiences.Select(static audience => new JsonText(audience))));
        claims.Set("exp", new JsonNumber(now + (long)lifetime.TotalSeconds));
        claims.Set("iat", new JsonNumber(now));
        claims.Set("iss", new JsonText(Issuer));
        var id = Guid.NewGuid().ToString();
        claims.Set("jti", new JsonText(id));
        claims.Set(Private, about);
        claims.Set("nbf", new JsonNumber(now));
        claims.Set("sub", new JsonText(UserName(account.Metadata.Namespace, account.Metadata.Name)));
        return new IssuedToken(signing.Sign(claims), CredentialId(id));
    }

    /// <summary>Whose token it is; null when it is nobody's, or no longer.</summary>
    /// <param name="audiences">Of whom one must be meant.</param>
    /// <param name="meant">Those of <paramref name="audiences"/> that are.</param>
    public UserInfo? Find(string token, IReadOnlyList<string> audiences, out IReadOnlyList<string> meant)
    {
        meant = [];
        if (ring.FindClaims(token) is not { } claims || !config.Issuers.Contains(claims.FindText("iss")))
        {
            return null;
        }

        if (TimeProblem(claims) is not null)
        {
            ring.Current.Forget(token);
            return null;
        }

        meant = [.. audiences.Where(audience => AudiencesOf(claims).Contains(audience))];
        return meant.Count == 0 || claims[Private] is not JsonObject about ? null : UserOf(claims, about);
    }

    /// <summary>Why a token that this server signed is not good; null for what is no token of it.</summary>
    public string? FindProblem(string token, IReadOnlyList<string> audiences)
    {
        if (ring.FindClaims(token) is not { } claims || !config.Issuers.Contains(claims.FindText("iss")))
        {
            return null;
        }

        return AudiencesOf(claims).Any(audiences.Contains)
            ? TimeProblem(claims) ?? "service account token has been invalidated"
            : $"token audiences [{Quoted(AudiencesOf(claims))}] is invalid for the target audiences [{Quoted(audiences)}]";
    }

    public static string UserName(string @namespace, string account) => $"system:serviceaccount:{@namespace}:{account}";

    public static IReadOnlyList<string> GroupsOf(string @namespace) => ["system:serviceaccounts", $"system:serviceaccounts:{@namespace}", "system:authenticated"];

    private static string CredentialId(string? id) => $"JTI={id}";

    // Keys that others keep are signed with as they are. For our own it is known until when somebody may hold a token of it.
    private async Task<TokenKey> SigningKeyAsync(TimeSpan lifetime, CancellationToken ct)
    {
        ring.Refresh();
        var signing = ring.Current.Signing;
        if (config.KeepsKeys && lifetime > signing.Lifetime)
        {
            await ring.Own.ChangeAsync(
                keys => [.. keys.Select(entry => entry.Key.Id == signing.Key.Id && lifetime > entry.Lifetime ? entry with { LifetimeMax = lifetime } : entry)], time, ct);
            ring.Refresh();
        }

        return signing.Key;
    }

    private static List<string> AudiencesOf(JsonObject claims) => claims["aud"] is JsonArray list ? [.. list.Items.OfType<JsonText>().Select(static text => text.Value)] : [];

    private string? TimeProblem(JsonObject claims)
    {
        var now = time.GetUtcNow();
        var soon = (now + Leeway).ToUnixTimeSeconds();
        return now.ToUnixTimeSeconds() >= Number(claims, "exp") ? "service account token has expired"
            : soon < Number(claims, "nbf") ? "service account token is not valid yet"
            : soon < Number(claims, "iat") ? "service account token is issued in the future"
            : null;
    }

    private static string Quoted(IEnumerable<string> texts) => string.Join(' ', texts.Select(static text => $"\"{text}\""));

    private static long Number(JsonObject claims, string name) => (claims[name] as JsonNumber)?.WholeValue ?? 0;

    private static JsonObject Reference(ObjectMeta metadata)
    {
        var json = new JsonObject();
        json.Set("name", new JsonText(metadata.Name));
        if (metadata.UID.Length > 0)
        {
            json.Set("uid", new JsonText(metadata.UID));
        }

        return json;
    }

    private UserInfo? UserOf(JsonObject claims, JsonObject about)
    {
        var @namespace = about.FindText("namespace") ?? "";
        if (about["serviceaccount"] is not JsonObject account || !Exists<ServiceAccount>(@namespace, account))
        {
            return null;
        }

        var extra = new List<KeyValuePair<string, IReadOnlyList<string>>> { new(UserInfo.CredentialId, [CredentialId(claims.FindText("jti"))]) };
        if (about["pod"] is JsonObject pod)
        {
            if (!Exists<Pod>(@namespace, pod))
            {
                return null;
            }

            Add("pod", pod);
        }

        if (about["secret"] is JsonObject secret && !Exists<Secret>(@namespace, secret))
        {
            return null;
        }

        if (about["node"] is JsonObject node)
        {
            // Bound to a pod, the token outlives the node's entry; bound to the node itself, it does not.
            if (about["pod"] is null && !Exists<Node>("", node))
            {
                return null;
            }

            Add("node", node);
        }

        var name = account.FindText("name") ?? "";
        return new UserInfo(UserName(@namespace, name), GroupsOf(@namespace))
        {
            Uid = account.FindText("uid") ?? "",
            Extra = Map.From(extra),
        };

        void Add(string what, JsonObject reference)
        {
            extra.Add(new($"authentication.kubernetes.io/{what}-name", [reference.FindText("name") ?? ""]));
            if (reference.FindText("uid") is { } uid)
            {
                extra.Add(new($"authentication.kubernetes.io/{what}-uid", [uid]));
            }
        }
    }

    private bool Exists<T>(string @namespace, JsonObject reference) where T : class, IResource<T>
    {
        var kind = catalog.Get<T>();
        var found = kind.Objects.Current.Objects.Find(kind.Key(@namespace, reference.FindText("name") ?? ""));
        return found is not null && found.Value.Metadata.UID == reference.FindText("uid") && !(found.Value.Metadata.DeletionTimestamp < time.GetUtcNow() - Leeway);
    }
}

/// <param name="CredentialId">What records name the token by.</param>
internal sealed record IssuedToken(string Text, string CredentialId);
