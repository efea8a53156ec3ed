using System.Collections.Concurrent;
using System.Collections.Frozen;
using Navarch.Machinery.Json;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tokens;

/// <summary>The keys of one moment, and what they have vouched for. Replaced as a whole when a file changes.</summary>
internal sealed class TokenKeys
{
    private const int KnownMax = 10_000;

    // A signature is checked once, not on every request. What may change is looked up every time. Ends with the keys.
    private readonly ConcurrentDictionary<string, JsonObject> known = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, TokenKey> byId;

    /// <param name="files">What each file holds; the first private key of the first signs.</param>
    public TokenKeys(IReadOnlyList<IReadOnlyList<TokenKeyEntry>> files)
    {
        Files = files;
        Signing = files[0].FirstOrDefault(static entry => entry.Key.CanSign) ?? throw new TokenKeyException("there is no private key to sign the tokens of service accounts with", "put one into the first file of keys");
        byId = files.SelectMany(static file => file).DistinctBy(static entry => entry.Key.Id).ToFrozenDictionary(static entry => entry.Key.Id, static entry => entry.Key);
        All = [Signing.Key, .. files.SelectMany(static file => file).Select(static entry => entry.Key).DistinctBy(static key => key.Id).Where(key => key.Id != Signing.Key.Id)];
    }

    public IReadOnlyList<IReadOnlyList<TokenKeyEntry>> Files { get; }

    public TokenKeyEntry Signing { get; }

    /// <summary>All that check, the one that signs first.</summary>
    public IReadOnlyList<TokenKey> All { get; }

    public JsonObject? FindKnown(string token) => known.GetValueOrDefault(token);

    public bool Holds(string keyId) => keyId.Length == 0 || byId.ContainsKey(keyId);

    /// <summary>The claims of a token that one of the keys signed: the one that it names, any where it names none.</summary>
    public JsonObject? FindClaims(string text, SignedToken token)
    {
        IReadOnlyList<TokenKey> candidates = token.KeyId.Length == 0 ? All : byId.TryGetValue(token.KeyId, out var named) ? [named] : [];
        if (!candidates.Any(key => key.HasSigned(token)))
        {
            return null;
        }

        if (known.Count >= KnownMax)
        {
            known.Clear();
        }

        return known[text] = token.Claims;
    }

    public void Forget(string token) => known.TryRemove(token, out _);
}
