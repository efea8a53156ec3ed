using System.Security.Cryptography;
using System.Text;
using Navarch.Cluster.Backup;

namespace Navarch.Cluster.Tests.Backup;

/// <summary>Files that are no whole backup are refused with the reason, and nothing is made of them.</summary>
public sealed class DamagedBackupTests : IAsyncLifetime
{
    private readonly StoppedCluster cluster = new();
    private readonly StoppedCluster machine = new();
    private byte[] good = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await cluster.CreateAsync(ct: Ct);
        await cluster.Backup.RunAsync(StoppedCluster.Name, cluster["good.tar"], isDataOnly: false, Ct);
        good = await File.ReadAllBytesAsync(cluster["good.tar"], Ct);
    }

    public ValueTask DisposeAsync()
    {
        cluster.Dispose();
        machine.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_flipped_bit_is_found_wherever_it_is()
    {
        var random = new Random(7);
        var places = Enumerable.Range(0, 200).Select(_ => random.Next(good.Length)).Concat(Enumerable.Range(good.Length - 2048, 120)).Concat(Enumerable.Range(good.Length - 1024, 4)).Append(0).Append(good.Length - 1);
        foreach (var place in places)
        {
            var damaged = good.ToArray();
            damaged[place] ^= (byte)(1 << random.Next(8));
            Assert.Matches("is damaged|damaged at its end|is not a backup|newer version", await RefusedAsync(damaged));
        }
    }

    [Fact]
    public async Task A_file_that_is_cut_off_is_refused_wherever_it_is_cut()
    {
        for (var length = 0; length < good.Length; length += 509)
        {
            Assert.Matches(length < 13 ? "is not a backup" : "is cut off", await RefusedAsync(good[..length]));
        }
    }

    [Fact]
    public async Task A_file_with_something_behind_it_is_refused() =>
        Assert.Contains("is cut off, or damaged at its end", await RefusedAsync([.. good, .. new byte[512]]), StringComparison.Ordinal);

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_even_if_it_looks_quite_different()
    {
        var manifest = """{"format":"navarch-backup","version":2,"somethingNew":[1,2,3]}"""u8.ToArray();
        var header = new TarHeader("manifest.json", manifest.Length);
        byte[] file = [.. header.ToBytes(), .. manifest, .. new byte[header.Padding], .. new byte[1024]];

        Assert.Contains("was made by a newer version of Navarch (format 2; this version reads up to 1)", await RefusedAsync(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("apiVersion: v1\nkind: List\n")]
    public async Task Another_file_is_refused(string content) =>
        Assert.Contains("is not a backup of Navarch", await RefusedAsync(Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public async Task A_database_is_refused() =>
        Assert.Contains("is not a backup of Navarch", await RefusedAsync(await File.ReadAllBytesAsync(cluster.Paths.Database, Ct)), StringComparison.Ordinal);

    [Fact]
    public async Task A_path_out_of_the_profile_is_refused()
    {
        // Somebody else's backup, made with care: its checksum is right.
        var name = Encoding.ASCII.GetBytes("profile/pki/admin.crt");
        var file = good.ToArray();
        var at = file.AsSpan().IndexOf(name);
        var bytes = TarHeader.Parse(file.AsSpan(at, 512))!.Value.Bytes;
        new TarHeader("profile/../../../escaped", bytes).ToBytes().CopyTo(file, at);
        BackupWriter.Trailer(SHA256.HashData(file.AsSpan(0, file.Length - BackupWriter.TrailerBytes))).CopyTo(file, file.Length - BackupWriter.TrailerBytes);

        Assert.Contains("names a file outside of the profile", await RefusedAsync(file), StringComparison.Ordinal);
        Assert.False(File.Exists(machine["escaped"]));
    }

    [Fact]
    public async Task A_missing_file_is_named() =>
        Assert.Equal($"there is no file {machine["none.tar"]}", (await Assert.ThrowsAsync<ClusterException>(() => machine.Restore.RunAsync(machine["none.tar"], null, null, Ct))).Message);

    private async Task<string> RefusedAsync(byte[] content)
    {
        var path = machine["damaged.tar"];
        await File.WriteAllBytesAsync(path, content, Ct);
        var error = await Assert.ThrowsAsync<ClusterException>(() => machine.Restore.RunAsync(path, null, null, Ct));
        Assert.False(Directory.Exists(machine.Paths.State));
        return error.Message;
    }
}
