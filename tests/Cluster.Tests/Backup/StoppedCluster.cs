using System.Net;
using System.Text;
using Navarch.ApiServer.Encryption;
using Navarch.Cluster.Backup;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Profiles;
using Navarch.Storage;
using Navarch.Storage.Sqlite;
using Navarch.Testing;

namespace Navarch.Cluster.Tests.Backup;

/// <summary>A profile on a machine of its own (a folder) as a stopped cluster leaves it.</summary>
internal sealed class StoppedCluster : IDisposable
{
    public const string Name = "saved";

    private readonly TemporaryFolder folder = new();

    public StoppedCluster() => Profiles = new ProfileStore(folder["state"], folder["run"]);

    public FakeTime Time { get; } = new();

    public ProfileStore Profiles { get; }

    public ProfilePaths Paths => Profiles.PathsOf(Name);

    public string this[string relative] => folder[relative];

    public ClusterBackup Backup => new(Profiles, SilentProgress.Instance, Time);

    public ClusterRestore Restore => new(Profiles, SilentProgress.Instance, Time);

    public void Dispose() => folder.Dispose();

    /// <summary>Certificates, keys, and some objects, of which one is encrypted.</summary>
    public async Task CreateAsync(int objects = 50, CancellationToken ct = default)
    {
        var profile = Profiles.Plan(Name, 0, static _ => true);
        Profiles.Save(profile);
        new ClusterCertificates(Paths, Time).Ensure(profile, [IPAddress.Loopback]);
        var keys = new EncryptionKeyFile(Paths.EncryptionKeys).Create(Time);
        await using var store = await SqliteRevisionStore.OpenAsync(new() { Path = Paths.Database }, Time, ct);
        await Task.WhenAll(Enumerable.Range(0, objects).Select(i => store.CommitAsync(StoreWrite.Create($"/registry/configmaps/default/m{i:0000}", Encoding.UTF8.GetBytes($"{{\"n\":{i}}}")), ct)));
        const string Secret = "/registry/secrets/default/s";
        await store.CommitAsync(StoreWrite.Create(Secret, keys.Active.Encrypt(Secret, "{}"u8)), ct);
        await store.CommitAsync(StoreWrite.Create("/registry/masterleases/10.0.0.1", "{}"u8.ToArray()), ct);
    }

    public async Task<StoreSnapshot> ObjectsAsync(CancellationToken ct)
    {
        await using var store = await SqliteRevisionStore.OpenAsync(new() { Path = Paths.Database }, Time, ct);
        return await store.RangeAsync("", ct);
    }
}
