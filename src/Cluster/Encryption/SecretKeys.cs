using System.Text.Json;
using Navarch.ApiServer.Encryption;
using Navarch.Cluster.Lifecycle;

namespace Navarch.Cluster.Encryption;

/// <summary>Looks after the keys of a running cluster, through its API server: that alone changes them.</summary>
public sealed class SecretKeys(ClusterApi api, IProgressReporter progress, TimeProvider time)
{
    private const string Path = "/navarch/v1/encryption";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <exception cref="ClusterException">The server does not answer, or keeps no keys.</exception>
    public async Task<EncryptionStatus> StatusAsync(CancellationToken ct) => Status(await api.CallAsync(HttpMethod.Get, Path, ct));

    /// <summary>Makes a new key and re-encrypts everything with it. Returns when that is done.</summary>
    /// <exception cref="ClusterException">It could not be begun, or ended early.</exception>
    public Task<EncryptionStatus> RotateAsync(CancellationToken ct) => RunAsync("rotate", ct);

    /// <summary>Re-encrypts what is not encrypted with the newest key. Returns when that is done.</summary>
    /// <exception cref="ClusterException">It could not be begun, or ended early.</exception>
    public Task<EncryptionStatus> ReencryptAsync(CancellationToken ct) => RunAsync("reencrypt", ct);

    /// <summary>Drops the keys that nothing is encrypted with.</summary>
    public async Task<EncryptionStatus> PruneAsync(CancellationToken ct) => Status(await api.CallAsync(HttpMethod.Post, $"{Path}/prune", ct));

    // The server goes on whatever becomes of this command.
    private async Task<EncryptionStatus> RunAsync(string what, CancellationToken ct)
    {
        await progress.StepAsync("Re-encrypting", async detail =>
        {
            await api.CallAsync(HttpMethod.Post, $"{Path}/{what}", ct);
            while (true)
            {
                var now = JsonSerializer.Deserialize(
                    await api.CallAsync(HttpMethod.Get, $"{Path}/progress", ct), EncryptionStatusJson.Default.ReencryptionStatus)!;
                detail($"{now.Done} of {now.Total}");
                switch (now.State)
                {
                    case ReencryptionState.Running:
                        await Task.Delay(PollInterval, time, ct);
                        break;
                    case ReencryptionState.Failed:
                        throw new ClusterException($"the re-encryption ended early: {now.Message}", "continue it with `navarch secrets reencrypt`");
                    default:
                        return;
                }
            }
        });
        return await StatusAsync(ct);
    }

    private static EncryptionStatus Status(byte[] json) => JsonSerializer.Deserialize(json, EncryptionStatusJson.Default.EncryptionStatus)!;
}
