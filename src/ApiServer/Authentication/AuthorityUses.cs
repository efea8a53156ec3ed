using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Who asked last with a certificate of an authority that is trusted but signs no more: before it is dropped, somebody wants to know who still
/// depends on it. GET <c>/navarch/v1/authorities</c>.
/// </summary>
internal sealed class AuthorityUses(TimeProvider time)
{
    private const string Path = "/navarch/v1/authorities";

    // More would not be read by anybody.
    private const int UsersMax = 10_000;

    private readonly ConcurrentDictionary<(string Authority, string User), DateTimeOffset> last = new();

    /// <param name="authority">Its distinguished name.</param>
    public void Note(string authority, string user)
    {
        if (last.ContainsKey((authority, user)) || last.Count < UsersMax)
        {
            last[(authority, user)] = time.GetUtcNow();
        }
    }

    public Task? TryHandle(ApiRequest request)
    {
        if (request.Info is not { Verb: "get", Path: Path })
        {
            return null;
        }

        Operators.Require(request);
        var uses = new AuthorityUsesStatus { Uses = [.. last.Select(static use => new AuthorityUse(use.Key.Authority, use.Key.User, use.Value))] };
        return Responses.WriteBytesAsync(request.Http, 200, "application/json", JsonSerializer.SerializeToUtf8Bytes(uses, AuthorityUsesJson.Default.AuthorityUsesStatus), endsLine: true);
    }
}

/// <summary>Who asked with a certificate of an authority that signs no more.</summary>
public sealed record AuthorityUsesStatus
{
    public required IReadOnlyList<AuthorityUse> Uses { get; init; }
}

/// <param name="Authority">Its distinguished name.</param>
/// <param name="Last">When the user asked last with a certificate of it.</param>
public sealed record AuthorityUse(string Authority, string User, DateTimeOffset Last);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuthorityUsesStatus))]
public sealed partial class AuthorityUsesJson : JsonSerializerContext;
