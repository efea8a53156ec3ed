using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>Writes an OCI image archive whose only content is the machine's static busybox.</summary>
internal static class OciArchive
{
    private const string Busybox = "/bin/busybox";

    private static readonly string[] Applets =
        ["sh", "sleep", "echo", "cat", "true", "false", "ls", "env", "id", "httpd", "nc", "wget", "touch", "rm", "mkdir", "kill", "trap", "test",
            "hostname", "stat", "readlink", "mount", "grep", "seq", "head", "tail", "tr", "ps"];

    public static async Task WriteAsync(string path, string name, string[] entrypoint, string[] command)
    {
        if (!File.Exists(Busybox))
        {
            Assert.Skip($"{Busybox} (package busybox-static) is needed to build the test image");
        }

        var layer = await LayerAsync();
        var layerDigest = Digest(layer);
        var config = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["architecture"] = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
                == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64",
            ["os"] = "linux",
            ["config"] = new Dictionary<string, object>
            {
                ["Env"] = new[] { "PATH=/bin" }, ["Entrypoint"] = entrypoint, ["Cmd"] = command, ["WorkingDir"] = "/",
            },
            ["rootfs"] = new Dictionary<string, object> { ["type"] = "layers", ["diff_ids"] = new[] { layerDigest } },
        });
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new[] { Descriptor("application/vnd.oci.image.layer.v1.tar", layer) },
        });
        var root = Descriptor("application/vnd.oci.image.manifest.v1+json", manifest);
        root["annotations"] = new Dictionary<string, string> { ["io.containerd.image.name"] = name };
        var index = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["schemaVersion"] = 2, ["manifests"] = new[] { root } });

        await using var file = File.Create(path);
        await using var tar = new TarWriter(file, TarEntryFormat.Ustar);
        await AddAsync(tar, "oci-layout", Encoding.UTF8.GetBytes("""{"imageLayoutVersion":"1.0.0"}"""));
        await AddAsync(tar, "index.json", index);
        foreach (var blob in (byte[][])[layer, config, manifest])
        {
            await AddAsync(tar, "blobs/sha256/" + Digest(blob)["sha256:".Length..], blob);
        }
    }

    private static async Task<byte[]> LayerAsync()
    {
        using var buffer = new MemoryStream();
        await using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var directory in (string[])["bin/", "etc/", "proc/", "sys/", "dev/", "root/"])
            {
                await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, directory) { Mode = (UnixFileMode)0b111_101_101 });
            }
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, "tmp/") { Mode = (UnixFileMode)0b1_111_111_111 });
            await AddAsync(tar, "bin/busybox", await File.ReadAllBytesAsync(Busybox), (UnixFileMode)0b111_101_101);
            await AddAsync(tar, "etc/passwd", Encoding.UTF8.GetBytes("root:x:0:0:root:/root:/bin/sh\nweb:x:101:101:web:/:/bin/sh\n"));
            await AddAsync(tar, "etc/group", Encoding.UTF8.GetBytes("root:x:0:\nweb:x:101:\n"));
            foreach (var applet in Applets)
            {
                await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
            }
        }
        return buffer.ToArray();
    }

    private static async Task AddAsync(TarWriter tar, string name, byte[] content, UnixFileMode mode = (UnixFileMode)0b110_100_100)
    {
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = mode });
    }

    private static Dictionary<string, object> Descriptor(string mediaType, byte[] content) =>
        new() { ["mediaType"] = mediaType, ["digest"] = Digest(content), ["size"] = content.Length };

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
