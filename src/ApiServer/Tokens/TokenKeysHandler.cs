using System.Text;
using System.Text.Json;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tokens;

/// <summary>
/// What operators ask and tell a server about the keys of service accounts' tokens: GET <c>/navarch/v1/tokens</c>, and POST to
/// <c>rotate</c> and <c>prune</c> below it. Keys that others keep are shown and not changed.
/// </summary>
/// <param name="tokens">Null where there are no such tokens.</param>
internal sealed class TokenKeysHandler(ServiceAccountTokens? tokens, Catalog catalog, TimeProvider time)
{
    private const string Root = "/navarch/v1/tokens";

    public Task? TryHandle(ApiRequest request)
    {
        if (!request.Info.Path.StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        Operators.Require(request);
        if (tokens is null)
        {
            throw StatusErrors.NotFoundPath().AsException();
        }

        var query = request.Http.Request.Query;
        return (request.Info.Verb, request.Info.Path[Root.Length..]) switch
        {
            ("get", "") => AnswerAsync(request),
            ("post", "/rotate") => ChangeAsync(request, Rotated(query["algorithm"].ToString() is { Length: > 0 } algorithm ? algorithm : "ES256")),
            ("post", "/prune") => ChangeAsync(request, Pruned(isForced: query["force"] == "true")),
            _ => throw StatusErrors.NotFoundPath().AsException(),
        };
    }

    // One replacement of the file: whichever server signs next does so with the new key, and whoever meets a token of it looks there.
    private Func<IReadOnlyList<TokenKeyEntry>, IReadOnlyList<TokenKeyEntry>> Rotated(string algorithm) => keys =>
    {
        var signing = keys.First(static entry => entry.Key.CanSign);
        var now = MetadataRules.WholeSeconds(time.GetUtcNow());
        return [TokenKeyEntry.Create(time, algorithm), .. keys.Select(entry => entry == signing ? entry with { Retired = now } : entry)];
    };

    private Func<IReadOnlyList<TokenKeyEntry>, IReadOnlyList<TokenKeyEntry>> Pruned(bool isForced)
    {
        var secrets = SecretsByKey();
        return keys =>
        {
            var signing = keys.First(static entry => entry.Key.CanSign);
            return [.. keys.Where(entry => entry == signing || (!isForced && IsNeeded(entry, secrets)))];
        };
    }

    private async Task ChangeAsync(ApiRequest request, Func<IReadOnlyList<TokenKeyEntry>, IReadOnlyList<TokenKeyEntry>> change)
    {
        if (!tokens!.Config.KeepsKeys)
        {
            throw StatusErrors.BadRequest("the keys are kept in files that were given to the server: change these, it follows them").AsException();
        }

        try
        {
            await tokens.Ring.Own.ChangeAsync(change, time, request.Aborted);
        }
        catch (TokenKeyException e)
        {
            throw StatusErrors.InternalError(e.Message).AsException();
        }

        await AnswerAsync(request);
    }

    private Task AnswerAsync(ApiRequest request)
    {
        tokens!.Ring.Refresh();
        var (keys, secrets) = (tokens.Ring.Current, SecretsByKey());
        var status = new TokenKeysStatus
        {
            Keys =
            [
                .. from file in keys.Files.Zip(tokens.Config.KeyFiles)
                   from entry in file.First
                   let isActive = entry == keys.Signing
                   orderby isActive descending
                   select new TokenKeyStatus(
                       entry.Key.Id, entry.Key.Algorithm, file.Second, entry.Created, entry.Retired, isActive, secrets.GetValueOrDefault(entry.Key.Id), entry.NeededUntil, isActive || IsNeeded(entry, secrets)),
            ],
        };
        return Responses.WriteBytesAsync(request.Http, 200, "application/json", JsonSerializer.SerializeToUtf8Bytes(status, TokenKeysStatusJson.Default.TokenKeysStatus), endsLine: true);
    }

    private bool IsNeeded(TokenKeyEntry entry, Dictionary<string, int> secrets) =>
        !(entry.NeededUntil <= time.GetUtcNow()) || secrets.ContainsKey(entry.Key.Id);

    /// <summary>How many Secrets hold tokens of each key, by its id.</summary>
    private Dictionary<string, int> SecretsByKey()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var walk = catalog.Get<Secret>().Objects.Current.Objects.All(); walk.MoveNext();)
        {
            if (walk.Current.Value is Secret { Type: SecretType.ServiceAccountToken } secret && SignedToken.TryRead(Encoding.UTF8.GetString(secret.Data.Find("token").Span)) is { } token)
            {
                counts[token.KeyId] = counts.GetValueOrDefault(token.KeyId) + 1;
            }
        }

        return counts;
    }
}
