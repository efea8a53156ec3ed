using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Navarch.ApiServer.Encryption;
using Navarch.Storage;
using Navarch.Storage.Snapshots;

namespace Navarch.Cluster.Backup;

/// <summary>Writes a backup from its beginning to its end, with a few MiB of memory whatever its length.</summary>
/// <remarks>
/// <para>A backup is a tar archive (so that people can look into it), with these files in this order:</para>
/// <list type="bullet">
/// <item><c>manifest.json</c>: a <see cref="BackupManifest"/></item>
/// <item><c>objects/000001.gz</c> and so on: records of <see cref="EntryRecord"/>, each file compressed by itself</item>
/// <item><c>profile/…</c>: files of the profile's folder. After the objects, so that the keys that these need are among them</item>
/// <item><c>summary.json</c>: a <see cref="BackupSummary"/></item>
/// <item><c>SHA256</c>: the checksum of every byte before it, in hexadecimal. Nothing but the two empty blocks of tar follows</item>
/// </list>
/// </remarks>
internal sealed class BackupWriter(Stream output) : IDisposable
{
    public const string ManifestName = "manifest.json";
    public const string ObjectsFolder = "objects/";
    public const string ProfileFolder = "profile/";
    public const string SummaryName = "summary.json";
    public const string ChecksumName = "SHA256";

    // What is compressed before it goes to the disk: a file's length comes before its content.
    private const int ChunkBytes = 4 << 20;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> record = new(64 << 10);
    private readonly Dictionary<string, long> encryptedWith = new(StringComparer.Ordinal);
    private MemoryStream chunk = new();
    private GZipStream? gzip;
    private int chunks;
    private long valueBytes;

    /// <summary>How many objects were added.</summary>
    public long Objects { get; private set; }

    /// <summary>The keys that objects are encrypted with, so far.</summary>
    public IReadOnlyCollection<string> KeyNames => encryptedWith.Keys;

    public Task WriteManifestAsync(BackupManifest manifest, CancellationToken ct) =>
        WriteFileAsync(ManifestName, JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest), ct);

    public async Task AddAsync(StoredValue entry, CancellationToken ct)
    {
        gzip ??= new GZipStream(chunk, CompressionLevel.Fastest, leaveOpen: true);
        record.ResetWrittenCount();
        EntryRecord.Write(record, entry);
        gzip.Write(record.WrittenSpan);
        Objects++;
        valueBytes += entry.Value.Length;
        if (EncryptionKey.IsEncrypted(entry.Value.Span))
        {
            var name = EncryptionKey.NameIn(entry.Value.Span) ?? "";
            encryptedWith[name] = encryptedWith.GetValueOrDefault(name) + 1;
        }

        if (chunk.Length >= ChunkBytes)
        {
            await EndChunkAsync(ct);
        }
    }

    /// <summary>After the last object.</summary>
    public Task EndObjectsAsync(CancellationToken ct) => gzip is null ? Task.CompletedTask : EndChunkAsync(ct);

    public Task WriteProfileFileAsync(string relativePath, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        WriteFileAsync(ProfileFolder + relativePath, content, ct);

    /// <summary>Writes what comes last. The stream is the caller's to flush and close.</summary>
    /// <returns>The checksum.</returns>
    public async Task<string> FinishAsync(CancellationToken ct)
    {
        var summary = new BackupSummary { Objects = Objects, Bytes = valueBytes, EncryptedWith = encryptedWith };
        await WriteFileAsync(SummaryName, JsonSerializer.SerializeToUtf8Bytes(summary, BackupJson.Default.BackupSummary), ct);
        var checksum = hash.GetHashAndReset();
        await output.WriteAsync(Trailer(checksum), ct);
        return Convert.ToHexStringLower(checksum);
    }

    /// <summary>The last blocks of a backup: the checksum's file and the end of the archive.</summary>
    public static byte[] Trailer(byte[] checksum)
    {
        var text = System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(checksum) + "\n");
        var trailer = new byte[TrailerBytes];
        new TarHeader(ChecksumName, text.Length).ToBytes().CopyTo(trailer, 0);
        text.CopyTo(trailer, TarHeader.BlockBytes);
        return trailer;
    }

    public const int TrailerBytes = 4 * TarHeader.BlockBytes;

    public void Dispose()
    {
        gzip?.Dispose();
        chunk.Dispose();
        hash.Dispose();
    }

    private async Task EndChunkAsync(CancellationToken ct)
    {
        await gzip!.DisposeAsync();
        gzip = null;
        await WriteFileAsync($"{ObjectsFolder}{++chunks:000000}.gz", chunk.GetBuffer().AsMemory(0, (int)chunk.Length), ct);
        chunk.SetLength(0);
        if (chunk.Capacity > 4 * ChunkBytes)
        {
            chunk = new MemoryStream(); // One huge object must not pin its buffer.
        }
    }

    private async Task WriteFileAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var header = new TarHeader(name, content.Length);
        await WriteAsync(header.ToBytes(), ct);
        await WriteAsync(content, ct);
        await WriteAsync(new byte[header.Padding], ct);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        hash.AppendData(bytes.Span);
        await output.WriteAsync(bytes, ct);
    }
}
