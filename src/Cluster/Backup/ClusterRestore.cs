using System.Text.Json;
using Navarch.ApiServer.Backups;
using Navarch.ApiServer.Encryption;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;
using Navarch.Storage.Snapshots;
using Navarch.Storage.Sqlite;

namespace Navarch.Cluster.Backup;

/// <summary>Makes a cluster of a backup, to be started: the profile is there completely or not at all.</summary>
public sealed class ClusterRestore(ProfileStore profiles, IProgressReporter progress, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int ObjectsPerDetail = 1000;

    /// <summary>Checks a backup and changes nothing.</summary>
    /// <exception cref="ClusterException">It cannot be used.</exception>
    public async Task<RestoreReport> CheckAsync(string path, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        await using var backup = await OpenAsync(path, ct);
        return Report(backup, path, start);
    }

    /// <param name="name">What the cluster must be called; null for whatever it is.</param>
    /// <param name="keyFile">The keys that a backup without keys needs; null for none.</param>
    /// <exception cref="ClusterException">The backup cannot be used, or the cluster exists already.</exception>
    public async Task<RestoreReport> RunAsync(string path, string? name, string? keyFile, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        await using var backup = await OpenAsync(path, ct);
        var cluster = ProfileName.Validate(backup.Manifest.Cluster);
        if (name is not null && name != cluster)
        {
            throw new ClusterException(
                $"{path} is of the cluster \"{cluster}\", whose node and certificates have that name: it cannot become \"{name}\"", $"restore it as `-p {cluster}`");
        }

        var paths = profiles.PathsOf(cluster);
        using var held = ProfileLock.Acquire(paths, "restore");
        RefuseExisting(cluster, paths);
        RefuseOverlap(backup.Manifest.Profile);
        var keys = KeysFor(backup, keyFile);

        // Two folders deep, so that what is half made is no profile to anybody.
        var making = Path.Combine(paths.StateRoot, $".restore-{cluster}");
        Remove(making);
        Directory.CreateDirectory(paths.StateRoot);
        try
        {
            var made = new ProfilePaths(cluster, making, paths.RunRoot);
            await MakeAsync(backup, made, keys, ct);
            Directory.Move(made.State, paths.State);
        }
        finally
        {
            Remove(making);
        }

        return Report(backup, path, start);
    }

    private Task<BackupReader> OpenAsync(string path, CancellationToken ct) =>
        progress.StepAsync($"Checking {Path.GetFileName(path)}", detail => BackupReader.OpenAsync(path, detail, ct));

    private async Task MakeAsync(BackupReader backup, ProfilePaths made, EncryptionKeys? keys, CancellationToken ct)
    {
        Directory.CreateDirectory(made.State, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Path.GetDirectoryName(made.Database)!, OwnerOnly);

        // Several control planes keep their objects in etcd, which does not run yet: the first server will bring them there.
        var database = backup.Manifest.Profile.ControlPlanes > 1 ? made.RestoredObjects : made.Database;
        await progress.StepAsync("Restoring objects", detail => FillAsync(backup, database, detail, ct));
        await foreach (var (relative, content) in backup.ProfileFilesAsync(ct))
        {
            var target = Path.GetFullPath(Path.Combine(made.State, relative));
            if (!target.StartsWith(made.State + "/", StringComparison.Ordinal))
            {
                throw new ClusterException($"the backup names a file outside of the profile: {relative}", "use a backup that `navarch backup` has made");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!, OwnerOnly);
            AtomicFile.Write(target, content, target.EndsWith(".crt", StringComparison.Ordinal) ? AtomicFile.Public : AtomicFile.Private);
        }

        if (keys is not null)
        {
            new EncryptionKeyFile(made.EncryptionKeys).Save(keys);
        }

        // Which shared folders were there before is a fact of this machine.
        var folders = profiles.Plan(backup.Manifest.Cluster, 0, static _ => true).CreatedFolders;
        new ProfileStore(made.StateRoot, made.RunRoot).Save(backup.Manifest.Profile with { CreatedFolders = folders });
    }

    private async Task FillAsync(BackupReader backup, string database, Action<string> detail, CancellationToken ct)
    {
        var first = RestoredRevision.Of(backup.Manifest.Revision, time.GetUtcNow() - backup.Manifest.Created);
        await using var store = await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = database, FirstRevision = first }, time, ct);
        var loader = new SnapshotLoader(store, StoredObjects.TimeToLive);
        await foreach (var entry in backup.ObjectsAsync(ct))
        {
            await loader.AddAsync(entry, ct);
            if (loader.Count % ObjectsPerDetail == 0)
            {
                detail($"{loader.Count} of {backup.Summary.Objects}");
            }
        }

        await loader.FinishAsync();
    }

    private void RefuseExisting(string cluster, ProfilePaths paths)
    {
        if (profiles.Find(cluster) is not null || Directory.Exists(paths.State))
        {
            throw new ClusterException($"the cluster \"{cluster}\" exists: a backup is never restored over one", $"delete it first with `sudo navarch delete -p {cluster}`, or restore on another machine");
        }
    }

    // Addresses are in the objects: the restored cluster has to have its own, and two on a machine cannot have the same.
    private void RefuseOverlap(Profile restored)
    {
        foreach (var other in profiles.List())
        {
            if (other.ServiceCidr == restored.ServiceCidr || other.PodCidr == restored.PodCidr)
            {
                throw new ClusterException(
                    $"the cluster \"{other.Name}\" on this machine uses the addresses of \"{restored.Name}\" ({restored.ServiceCidr}, {restored.PodCidr})",
                    "delete it first, or restore on another machine");
            }
        }
    }

    /// <summary>Null where the backup brings its own, or needs none.</summary>
    private static EncryptionKeys? KeysFor(BackupReader backup, string? keyFile)
    {
        if (!backup.Manifest.IsDataOnly)
        {
            return keyFile is null ? null : throw new ClusterException("the backup brings its keys along", "leave out --encryption-keys");
        }

        var given = keyFile is null ? null : new EncryptionKeyFile(keyFile).Load();
        var missing = backup.Summary.EncryptedWith.Where(used => given?.Keys.Any(key => key.Name == used.Key) != true).ToList();
        return missing.Count == 0 ? given : throw new ClusterException(
            $"{missing[0].Value} objects are encrypted with the key {missing[0].Key}, and a backup made with --data-only does not hold it",
            "give the file with the keys, encryption.json of the profile's folder, with --encryption-keys");
    }

    private RestoreReport Report(BackupReader backup, string path, long start) => new()
    {
        File = Path.GetFullPath(path),
        Cluster = backup.Manifest.Cluster,
        Created = backup.Manifest.Created,
        Revision = backup.Manifest.Revision,
        Objects = backup.Summary.Objects,
        Sha256 = backup.Checksum,
        IsDataOnly = backup.Manifest.IsDataOnly,
        LoadedImages = backup.Manifest.LoadedImages,
        Seconds = time.GetElapsedTime(start).TotalSeconds,
    };

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>What a restore brought back. What <c>navarch restore -o json</c> prints.</summary>
public sealed record RestoreReport
{
    public required string File { get; init; }
    public required string Cluster { get; init; }

    /// <summary>When the backup was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The revision of the store then.</summary>
    public required long Revision { get; init; }
    public required long Objects { get; init; }
    public required string Sha256 { get; init; }
    public required bool IsDataOnly { get; init; }

    /// <summary>Images that had been loaded by hand and have to be again.</summary>
    public required IReadOnlyList<string> LoadedImages { get; init; }
    public double Seconds { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, BackupJson.Default.RestoreReport);
}
