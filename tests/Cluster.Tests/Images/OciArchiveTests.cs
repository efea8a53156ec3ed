using System.Runtime.InteropServices;
using Navarch.Cluster.Images;

namespace Navarch.Cluster.Tests.Images;

public sealed class OciArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_same_image_gives_the_same_bytes()
    {
        var image = PauseImage.Image(Architecture.X64);
        await OciArchive.WriteAsync(image, _folder["a.tar"], TestContext.Current.CancellationToken);
        await Task.Delay(1100, TestContext.Current.CancellationToken); // Tar counts whole seconds.
        await OciArchive.WriteAsync(image, _folder["b.tar"], TestContext.Current.CancellationToken);

        Assert.Equal(File.ReadAllBytes(_folder["a.tar"]), File.ReadAllBytes(_folder["b.tar"]));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void A_programs_libraries_and_loader_come_with_it()
    {
        var entries = new FileTree(["/"]).Program(File.Exists("/usr/bin/ls") ? "/usr/bin/ls" : "/bin/ls");

        Assert.Contains(entries, entry => entry.Path.Contains("/libc.so.6", StringComparison.Ordinal));
        Assert.Contains(entries, entry => entry.Path.Contains("/ld-linux", StringComparison.Ordinal));
        Assert.All(entries, entry => Assert.True(File.Exists(entry.Source)));
    }

    [Fact]
    public void Links_in_an_unpacked_package_are_followed_inside_it()
    {
        Directory.CreateDirectory(_folder["usr/bin"]);
        File.WriteAllText(_folder["usr/bin/real"], "x");
        File.CreateSymbolicLink(_folder["usr/bin/name"], "/usr/bin/real");

        Assert.Equal(_folder["usr/bin/real"], new FileTree([_folder.Path, "/"]).Find("/usr/bin/name"));
    }

    [Fact]
    public void A_missing_program_is_named() =>
        Assert.Contains("/usr/bin/no-such", Assert.Throws<ClusterException>(() => new FileTree(["/"]).Program("/usr/bin/no-such")).Message, StringComparison.Ordinal);

    [Fact]
    public void Broken_elf_files_are_no_elf_files()
    {
        var good = File.ReadAllBytes(new FileTree(["/"]).Find(File.Exists("/usr/bin/ls") ? "/usr/bin/ls" : "/bin/ls")!);
        Assert.NotNull(ElfFile.TryParse(good));
        var random = new Random(20260101);
        for (var i = 0; i < 300; i++)
        {
            var bad = good.AsSpan(0, random.Next(good.Length)).ToArray();
            for (var j = 0; j < 20 && bad.Length > 64; j++)
            {
                bad[random.Next(16, Math.Min(bad.Length, 1024))] = (byte)random.Next(256);
            }

            _ = ElfFile.TryParse(bad); // Whatever it returns, it returns.
        }
    }
}
