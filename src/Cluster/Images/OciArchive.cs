using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Navarch.Cluster.Images;

/// <summary>
/// Writes an image as an OCI archive (image-spec: image-layout in a tar), which containerd, podman and docker import. The
/// same image gives the same bytes. Layers are not compressed: they travel from this process to a containerd on the same
/// machine, which would only have to undo it.
/// </summary>
public static class OciArchive
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    public static async Task WriteAsync(OciImage image, string path, CancellationToken ct)
    {
        var layerFile = path + ".layer";
        try
        {
            var layer = await WriteLayerAsync(image.Entries, layerFile, ct);
            var config = Config(image, layer.Digest);
            var manifest = Manifest(config, layer);
            await using var file = File.Create(path);
            await using var tar = new TarWriter(file, TarEntryFormat.Ustar);
            await AddAsync(tar, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), ct);
            await AddAsync(tar, "index.json", Index(image, manifest), ct);
            await AddAsync(tar, BlobPath(manifest), manifest, ct);
            await AddAsync(tar, BlobPath(config), config, ct);
            await using var content = File.OpenRead(layerFile);
            await tar.WriteEntryAsync(Plain(new UstarTarEntry(TarEntryType.RegularFile, "blobs/sha256/" + layer.Digest["sha256:".Length..]) { DataStream = content }), ct);
        }
        finally
        {
            File.Delete(layerFile);
        }
    }

    private sealed record Layer(string Digest, long Size);

    private static async Task<Layer> WriteLayerAsync(IReadOnlyList<ImageEntry> entries, string path, CancellationToken ct)
    {
        await using (var file = File.Create(path))
        await using (var tar = new TarWriter(file, TarEntryFormat.Ustar))
        {
            // A parent sorts before what it contains.
            foreach (var entry in WithParents(entries).OrderBy(entry => entry.Path, StringComparer.Ordinal))
            {
                await AddAsync(tar, entry, ct);
            }
        }

        await using var written = File.OpenRead(path);
        return new Layer(Digest(await SHA256.HashDataAsync(written, ct)), written.Length);
    }

    private static IEnumerable<ImageEntry> WithParents(IReadOnlyList<ImageEntry> entries)
    {
        var byPath = new Dictionary<string, ImageEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            byPath[entry.Path.TrimEnd('/')] = entry;
            for (var parent = Path.GetDirectoryName(entry.Path.TrimEnd('/')); parent is not (null or "/"); parent = Path.GetDirectoryName(parent))
            {
                byPath.TryAdd(parent, ImageEntry.Folder(parent));
            }
        }

        return byPath.Values;
    }

    private static async Task AddAsync(TarWriter tar, ImageEntry entry, CancellationToken ct)
    {
        var name = entry.Path.Trim('/');
        if (entry.LinkTarget is { } target)
        {
            await tar.WriteEntryAsync(Plain(new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target, Mode = entry.Mode }), ct);
        }
        else if (entry.IsFolder)
        {
            await tar.WriteEntryAsync(Plain(new UstarTarEntry(TarEntryType.Directory, name + "/") { Mode = entry.Mode }), ct);
        }
        else
        {
            await using Stream content = entry.Source is { } source ? File.OpenRead(source) : new MemoryStream(entry.Content!);
            await tar.WriteEntryAsync(Plain(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = entry.Mode }), ct);
        }
    }

    private static Task AddAsync(TarWriter tar, string name, byte[] content, CancellationToken ct) =>
        tar.WriteEntryAsync(Plain(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) }), ct);

    private static UstarTarEntry Plain(UstarTarEntry entry)
    {
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        return entry;
    }

    private static byte[] Config(OciImage image, string layerDigest) => Json(writer =>
    {
        writer.WriteString("architecture", image.Architecture == Architecture.Arm64 ? "arm64" : "amd64");
        writer.WriteString("os", "linux");
        writer.WriteStartObject("config");
        WriteList(writer, "Env", image.Environment);
        WriteList(writer, "Entrypoint", image.Entrypoint);
        WriteList(writer, "Cmd", image.Command);
        WriteText(writer, "WorkingDir", image.WorkingFolder);
        WriteText(writer, "User", image.User);
        WriteText(writer, "StopSignal", image.StopSignal);
        writer.WriteEndObject();
        writer.WriteStartObject("rootfs");
        writer.WriteString("type", "layers");
        WriteList(writer, "diff_ids", [layerDigest]);
        writer.WriteEndObject();
    });

    private static byte[] Manifest(byte[] config, Layer layer) => Json(writer =>
    {
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", ManifestType);
        writer.WriteStartObject("config");
        WriteDescriptor(writer, ConfigType, Digest(SHA256.HashData(config)), config.Length);
        writer.WriteEndObject();
        writer.WriteStartArray("layers");
        writer.WriteStartObject();
        WriteDescriptor(writer, LayerType, layer.Digest, layer.Size);
        writer.WriteEndObject();
        writer.WriteEndArray();
    });

    private static byte[] Index(OciImage image, byte[] manifest) => Json(writer =>
    {
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", IndexType);
        writer.WriteStartArray("manifests");
        foreach (var name in image.OtherNames.Prepend(image.Name))
        {
            writer.WriteStartObject();
            WriteDescriptor(writer, ManifestType, Digest(SHA256.HashData(manifest)), manifest.Length);
            writer.WriteStartObject("annotations");
            writer.WriteString("io.containerd.image.name", name);
            writer.WriteString("org.opencontainers.image.ref.name", name[(name.LastIndexOf(':') + 1)..]);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteDescriptor(Utf8JsonWriter writer, string type, string digest, long size)
    {
        writer.WriteString("mediaType", type);
        writer.WriteString("digest", digest);
        writer.WriteNumber("size", size);
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length > 0)
        {
            writer.WriteString(name, value);
        }
    }

    private static string Digest(byte[] hash) => "sha256:" + Convert.ToHexStringLower(hash);

    private static string BlobPath(byte[] blob) => "blobs/sha256/" + Convert.ToHexStringLower(SHA256.HashData(blob));
}
