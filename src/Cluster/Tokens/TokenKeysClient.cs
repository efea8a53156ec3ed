using System.Text.Json;
using Navarch.ApiServer.Tokens;
using Navarch.Cluster.Lifecycle;

namespace Navarch.Cluster.Tokens;

/// <summary>Looks after the keys of a running cluster's service account tokens, through its API server: that alone changes them.</summary>
public sealed class TokenKeysClient(ClusterApi api)
{
    private const string Path = "/navarch/v1/tokens";

    /// <exception cref="ClusterException">The server does not answer, or issues no tokens.</exception>
    public Task<TokenKeysStatus> StatusAsync(CancellationToken ct) => CallAsync(HttpMethod.Get, Path, ct);

    /// <summary>Makes a new key, which signs from now on. The others stay, for the tokens that they signed.</summary>
    /// <param name="algorithm">ES256 or RS256.</param>
    /// <exception cref="ClusterException">The keys stay as they were.</exception>
    public Task<TokenKeysStatus> RotateAsync(string algorithm, CancellationToken ct) => CallAsync(HttpMethod.Post, $"{Path}/rotate?algorithm={Uri.EscapeDataString(algorithm)}", ct);

    /// <summary>Drops the keys of which no token can be good any more.</summary>
    /// <param name="isForced">Drop all but the one that signs: their tokens end with that.</param>
    /// <exception cref="ClusterException">The keys stay as they were.</exception>
    public Task<TokenKeysStatus> PruneAsync(bool isForced, CancellationToken ct) => CallAsync(HttpMethod.Post, $"{Path}/prune?force={(isForced ? "true" : "false")}", ct);

    private async Task<TokenKeysStatus> CallAsync(HttpMethod method, string path, CancellationToken ct) =>
        JsonSerializer.Deserialize(await api.CallAsync(method, path, ct), TokenKeysStatusJson.Default.TokenKeysStatus)!;
}
