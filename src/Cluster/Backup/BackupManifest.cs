using System.Text.Json.Serialization;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Backup;

/// <summary>What a backup is of: the first file in it.</summary>
public sealed record BackupManifest
{
    public const string FormatName = "navarch-backup";

    /// <summary>What this version writes, and the newest that it reads.</summary>
    public const int VersionNow = 1;

    public required string Format { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>The cluster's name, which is its node's too.</summary>
    public required string Cluster { get; init; }

    /// <summary>The revision of the store that the objects are of.</summary>
    public required long Revision { get; init; }

    /// <summary><c>sqlite</c> or <c>etcd</c>. For people: the objects are the same.</summary>
    public required string Store { get; init; }

    /// <summary>Only the objects: certificates and keys are not in it.</summary>
    public required bool IsDataOnly { get; init; }

    /// <summary>Addresses and ports. Services have addresses of these ranges.</summary>
    public required Profile Profile { get; init; }

    /// <summary>Images that were loaded by hand. They are not in it.</summary>
    public IReadOnlyList<string> LoadedImages { get; init; } = [];
}

/// <summary>The part of a manifest that every version has and understands.</summary>
internal sealed record BackupFormat(string Format, int Version);

/// <summary>What was found while the objects were written: the last file but the checksum.</summary>
public sealed record BackupSummary
{
    public required long Objects { get; init; }

    /// <summary>Length of all values.</summary>
    public required long Bytes { get; init; }

    /// <summary>How many of the values are encrypted, by the name of the key.</summary>
    public required IReadOnlyDictionary<string, long> EncryptedWith { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(BackupFormat))]
[JsonSerializable(typeof(BackupSummary))]
[JsonSerializable(typeof(BackupReport))]
[JsonSerializable(typeof(RestoreReport))]
internal sealed partial class BackupJson : JsonSerializerContext;
