using System.Text.Json;
using Navarch.ApiServer.Encryption;
using Navarch.Cluster.Images;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Backup;

/// <summary>Makes a backup of a cluster, whether it runs or not. A file is there completely or not at all.</summary>
public sealed class ClusterBackup(ProfileStore profiles, IProgressReporter progress, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ObjectsPerDetail = 1000;

    /// <param name="isDataOnly">Leave out certificates and keys.</param>
    /// <exception cref="ClusterException">There is such a file already, or there is nothing to make it of.</exception>
    public async Task<BackupReport> RunAsync(string name, string path, bool isDataOnly, CancellationToken ct)
    {
        var profile = profiles.Get(ProfileName.Validate(name));
        var paths = profiles.PathsOf(profile.Name);
        path = Path.GetFullPath(path);
        if (File.Exists(path) || Directory.Exists(path))
        {
            throw new ClusterException($"{path} exists already", "choose another name, or remove it first");
        }

        var start = time.GetTimestamp();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = path + PartialSuffix;
        try
        {
            BackupReport report;
            await using (var file = new FileStream(partial, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 1 << 20,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = OwnerOnly,
            }))
            {
                File.SetUnixFileMode(partial, OwnerOnly); // Of a run that was killed it may have had another.
                report = await progress.StepAsync($"Backing up {profile.Name}", detail => WriteAsync(profile, paths, file, isDataOnly, detail, ct));
                file.Flush(flushToDisk: true);
                report = report with { File = path, Bytes = file.Length, Seconds = time.GetElapsedTime(start).TotalSeconds };
            }

            File.Move(partial, path, overwrite: false);
            return report;
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Of files that are not complete.</summary>
    internal const string PartialSuffix = ".partial";

    private async Task<BackupReport> WriteAsync(Profile profile, ProfilePaths paths, Stream file, bool isDataOnly, Action<string> detail, CancellationToken ct)
    {
        // Before and after the objects: a key that they need may be dropped, or made, while they are read.
        var keysBefore = LoadKeys(paths);
        using var writer = new BackupWriter(file);
        BackupManifest manifest;
        await using (var source = await SnapshotSource.OpenAsync(profile, paths, time, ct))
        {
            manifest = new BackupManifest
            {
                Format = BackupManifest.FormatName,
                Version = BackupManifest.VersionNow,
                Created = time.GetUtcNow(),
                Cluster = profile.Name,
                Revision = source.Revision,
                Store = source.Store,
                IsDataOnly = isDataOnly,
                Profile = profile,
                LoadedImages = new LoadedImages(paths.LoadedImages).Names(),
            };
            await writer.WriteManifestAsync(manifest, ct);
            await foreach (var entry in source.ReadAsync(ct))
            {
                await writer.AddAsync(entry, ct);
                if (writer.Objects % ObjectsPerDetail == 0)
                {
                    detail($"{writer.Objects} objects");
                }
            }
        }

        await writer.EndObjectsAsync(ct);
        var keys = Merge(LoadKeys(paths), keysBefore);
        if (!isDataOnly)
        {
            await WriteProfileAsync(writer, paths, keys, ct);
        }

        var checksum = await writer.FinishAsync(ct);
        var missing = writer.KeyNames.Where(name => keys?.Keys.Any(key => key.Name == name) != true).ToList();
        return new BackupReport
        {
            File = "",
            Cluster = profile.Name,
            Created = manifest.Created,
            Revision = manifest.Revision,
            Objects = writer.Objects,
            Sha256 = checksum,
            IsDataOnly = isDataOnly,
            Warnings = [.. missing.Select(static name => $"what is encrypted with the key {name} cannot be read by anybody: the key is lost. See `navarch secrets status`")],
        };
    }

    private static async Task WriteProfileAsync(BackupWriter writer, ProfilePaths paths, EncryptionKeys? keys, CancellationToken ct)
    {
        foreach (var file in Directory.EnumerateFiles(paths.Certificates).Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            await writer.WriteProfileFileAsync(Path.GetRelativePath(paths.State, file), await File.ReadAllBytesAsync(file, ct), ct);
        }

        if (keys is not null)
        {
            await writer.WriteProfileFileAsync(Path.GetRelativePath(paths.State, paths.EncryptionKeys), keys.ToBytes(), ct);
        }
    }

    private static EncryptionKeys? LoadKeys(ProfilePaths paths) => new EncryptionKeyFile(paths.EncryptionKeys) is { Exists: true } file ? file.Load() : null;

    private static EncryptionKeys? Merge(EncryptionKeys? now, EncryptionKeys? before) => now is null || before is null
        ? now ?? before
        : now with { Keys = [.. now.Keys, .. before.Keys.Where(key => now.Keys.All(other => other.Name != key.Name))] };
}

/// <summary>What a backup became. What <c>navarch backup -o json</c> prints.</summary>
public sealed record BackupReport
{
    public required string File { get; init; }
    public required string Cluster { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required long Revision { get; init; }
    public required long Objects { get; init; }
    public required string Sha256 { get; init; }
    public required bool IsDataOnly { get; init; }

    /// <summary>Length of the file.</summary>
    public long Bytes { get; init; }
    public double Seconds { get; init; }
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Older files that were removed because there are enough newer ones.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, BackupJson.Default.BackupReport);
}
