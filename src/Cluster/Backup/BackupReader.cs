using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Navarch.Storage;
using Navarch.Storage.Snapshots;

namespace Navarch.Cluster.Backup;

/// <summary>A backup whose every byte was checked before anything of it is used.</summary>
internal sealed class BackupReader : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;
    private const int SmallFileBytesMax = 16 << 20;

    private readonly FileStream file;

    private BackupReader(FileStream file, BackupManifest manifest, BackupSummary summary, string checksum)
    {
        this.file = file;
        Manifest = manifest;
        Summary = summary;
        Checksum = checksum;
    }

    public BackupManifest Manifest { get; }

    public BackupSummary Summary { get; }

    public string Checksum { get; }

    /// <summary>Opens a file and reads it once from end to end.</summary>
    /// <exception cref="ClusterException">It is no backup, is damaged or cut off, or was made by a newer version.</exception>
    public static async Task<BackupReader> OpenAsync(string path, Action<string> detail, CancellationToken ct)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ClusterException($"there is no file {path}", "name a file that `navarch backup` has made", e);
        }

        try
        {
            return await CheckAsync(file, path, detail, ct);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>All objects, in the order of their keys.</summary>
    /// <exception cref="ClusterException">There are not as many as the backup says.</exception>
    public async IAsyncEnumerable<StoredValue> ObjectsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var count = 0L;
        await foreach (var (header, content) in FilesAsync(file, ct))
        {
            if (!header.Name.StartsWith(BackupWriter.ObjectsFolder, StringComparison.Ordinal))
            {
                continue;
            }

            await using var gzip = new BufferedStream(new GZipStream(content, CompressionMode.Decompress), BufferBytes);
            var records = new EntryRecordReader(gzip);
            while (await records.ReadAsync(ct) is { } entry)
            {
                count++;
                yield return entry;
            }
        }

        if (count != Summary.Objects)
        {
            throw new ClusterException($"{file.Name} holds {count} objects and should hold {Summary.Objects}", "use another backup");
        }
    }

    /// <summary>The files of the profile, by their paths in its folder.</summary>
    public async IAsyncEnumerable<(string Path, byte[] Content)> ProfileFilesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (header, content) in FilesAsync(file, ct))
        {
            if (header.Name.StartsWith(BackupWriter.ProfileFolder, StringComparison.Ordinal))
            {
                yield return (header.Name[BackupWriter.ProfileFolder.Length..], await ReadAsync(content, header, ct));
            }
        }
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private static async Task<BackupReader> CheckAsync(FileStream file, string path, Action<string> detail, CancellationToken ct)
    {
        if (!await BeginsAsBackupAsync(file, ct))
        {
            throw Refused(path, "is not a backup of Navarch", "name a file that `navarch backup` has made");
        }

        if (await FindFormatAsync(file, ct) is { Format: BackupManifest.FormatName, Version: > BackupManifest.VersionNow and var version })
        {
            throw Refused(path, $"was made by a newer version of Navarch (format {version}; this version reads up to {BackupManifest.VersionNow})", "restore it with that version");
        }

        var checksum = await ChecksumAsync(file, detail, ct);
        var trailer = new byte[BackupWriter.TrailerBytes];
        file.Position = Math.Max(0, file.Length - trailer.Length);
        await file.ReadAtLeastAsync(trailer, trailer.Length, throwOnEndOfStream: false, ct);
        if (TarHeader.Parse(trailer.AsSpan(0, TarHeader.BlockBytes))?.Name != BackupWriter.ChecksumName)
        {
            throw Refused(path, "is cut off, or damaged at its end", "copy it again from where it was made, or use another backup");
        }

        if (!trailer.AsSpan().SequenceEqual(BackupWriter.Trailer(checksum)))
        {
            throw Refused(path, "is damaged: its content does not have the checksum that it was made with", "copy it again from where it was made, or use another backup");
        }

        var manifest = await FindAsync(file, BackupWriter.ManifestName, BackupJson.Default.BackupManifest, ct);
        var summary = await FindAsync(file, BackupWriter.SummaryName, BackupJson.Default.BackupSummary, ct);
        return manifest is null || summary is null
            ? throw Refused(path, "lacks its description", "use another backup")
            : new BackupReader(file, manifest, summary, Convert.ToHexStringLower(checksum));
    }

    /// <summary>Null where it cannot be read: then the checksum will tell.</summary>
    private static async Task<BackupFormat?> FindFormatAsync(FileStream file, CancellationToken ct)
    {
        try
        {
            return await FindAsync(file, BackupWriter.ManifestName, BackupJson.Default.BackupFormat, ct);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return null;
        }
    }

    private static async Task<bool> BeginsAsBackupAsync(FileStream file, CancellationToken ct)
    {
        var name = new byte[BackupWriter.ManifestName.Length];
        file.Position = 0;
        return await file.ReadAtLeastAsync(name, name.Length, throwOnEndOfStream: false, ct) == name.Length && name.AsSpan().SequenceEqual("manifest.json"u8);
    }

    private static async Task<byte[]> ChecksumAsync(FileStream file, Action<string> detail, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (buffer, left) = (new byte[BufferBytes], file.Length - BackupWriter.TrailerBytes);
        for (file.Position = 0; left > 0;)
        {
            var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), ct);
            if (read == 0)
            {
                break; // It became shorter while it was read; the comparison will tell.
            }

            hash.AppendData(buffer, 0, read);
            left -= read;
            detail($"{100 * file.Position / file.Length} %");
        }

        return hash.GetHashAndReset();
    }

    private static async Task<T?> FindAsync<T>(FileStream file, string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        await foreach (var (header, content) in FilesAsync(file, ct))
        {
            if (header.Name == name)
            {
                return JsonSerializer.Deserialize(await ReadAsync(content, header, ct), type);
            }
        }

        return null;
    }

    private static async Task<byte[]> ReadAsync(Stream content, TarHeader header, CancellationToken ct)
    {
        if (header.Bytes > SmallFileBytesMax)
        {
            throw new InvalidDataException($"{header.Name} is too long");
        }

        var bytes = new byte[header.Bytes];
        await content.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    /// <summary>The files of the archive. A content is read before the next file is asked for.</summary>
    private static async IAsyncEnumerable<(TarHeader Header, Stream Content)> FilesAsync(FileStream file, [EnumeratorCancellation] CancellationToken ct)
    {
        var block = new byte[TarHeader.BlockBytes];
        for (var at = 0L; at + block.Length <= file.Length;)
        {
            file.Position = at;
            await file.ReadExactlyAsync(block, ct);
            if (TarHeader.Parse(block) is not { } header || at + block.Length + header.Bytes > file.Length)
            {
                yield break; // The end of the archive, or of what makes sense in it.
            }

            yield return (header, new Section(file, header.Bytes));
            at += block.Length + header.Bytes + header.Padding;
        }
    }

    private static ClusterException Refused(string path, string why, string advice) => new($"{path} {why}", advice);

    /// <summary>The next bytes of a file, and no more.</summary>
    private sealed class Section(FileStream file, long length) : Stream
    {
        private long left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = file.Read(buffer, offset, (int)Math.Min(count, left));
            left -= read;
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await file.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
            left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
