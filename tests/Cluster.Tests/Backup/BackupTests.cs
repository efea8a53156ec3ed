using System.Text.Json.Nodes;
using Navarch.ApiServer.Encryption;
using Navarch.Storage;

namespace Navarch.Cluster.Tests.Backup;

public sealed class BackupTests : IDisposable
{
    private readonly StoppedCluster cluster = new();
    private readonly StoppedCluster machine = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string File => cluster["backups/one.tar"];

    public void Dispose()
    {
        cluster.Dispose();
        machine.Dispose();
    }

    [Fact]
    public async Task A_cluster_comes_back_on_a_new_machine_with_its_objects_certificates_and_keys()
    {
        await cluster.CreateAsync(ct: Ct);
        var before = await cluster.ObjectsAsync(Ct);

        var report = await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);
        var restored = await machine.Restore.RunAsync(File, null, null, Ct);

        Assert.Equal((51, before.Revision), (report.Objects, report.Revision));
        Assert.Equal(report.Sha256, restored.Sha256);
        Assert.Empty(report.Warnings);
        var after = await machine.ObjectsAsync(Ct);
        Assert.Equal(
            before.Entries.Where(static entry => !entry.Key.StartsWith("/registry/masterleases/", StringComparison.Ordinal)).Select(Text),
            after.Entries.Select(Text));
        Assert.True(after.Revision > before.Revision + 1_000_000_000);
        foreach (var path in Directory.EnumerateFiles(cluster.Paths.Certificates).Append(cluster.Paths.EncryptionKeys))
        {
            var there = Path.Combine(machine.Paths.State, Path.GetRelativePath(cluster.Paths.State, path));
            Assert.Equal(await System.IO.File.ReadAllBytesAsync(path, Ct), await System.IO.File.ReadAllBytesAsync(there, Ct));
            Assert.Equal(System.IO.File.GetUnixFileMode(path), System.IO.File.GetUnixFileMode(there));
        }

        var (old, now) = (cluster.Profiles.Get(StoppedCluster.Name), machine.Profiles.Get(StoppedCluster.Name));
        Assert.Equal((old.ServiceCidr, old.PodCidr, old.ApiPort, old.Bridge), (now.ServiceCidr, now.PodCidr, now.ApiPort, now.Bridge));
        Assert.Equal([machine.Paths.State], Directory.EnumerateFileSystemEntries(machine.Paths.StateRoot));
    }

    [Fact]
    public async Task A_backup_is_for_its_owner_alone_and_leaves_nothing_half_made()
    {
        await cluster.CreateAsync(ct: Ct);

        await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal([File], Directory.EnumerateFiles(Path.GetDirectoryName(File)!));
        var error = await Assert.ThrowsAsync<ClusterException>(() => cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct));
        Assert.Equal($"{File} exists already", error.Message);
        System.IO.File.Delete(cluster.Paths.Database);
        await Assert.ThrowsAsync<ClusterException>(() => cluster.Backup.RunAsync(StoppedCluster.Name, cluster["backups/two.tar"], isDataOnly: false, Ct));
        Assert.Equal([File], Directory.EnumerateFiles(Path.GetDirectoryName(File)!));
    }

    [Fact]
    public async Task Ordinary_tar_can_look_into_a_backup()
    {
        await cluster.CreateAsync(ct: Ct);
        await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);

        var names = new List<string>();
        await using (var stream = System.IO.File.OpenRead(File))
        await using (var tar = new System.Formats.Tar.TarReader(stream))
        {
            while (await tar.GetNextEntryAsync(copyData: true, Ct) is { } entry)
            {
                names.Add(entry.Name);
                if (entry.Name == "manifest.json")
                {
                    Assert.Equal("navarch-backup", (string?)JsonNode.Parse(entry.DataStream!)!["format"]);
                }
            }
        }

        Assert.Equal(["manifest.json", "objects/000001.gz", "profile/pki/admin.crt"], names.Take(3));
        Assert.Equal(["profile/server/encryption.json", "summary.json", "SHA256"], names.TakeLast(3));
    }

    [Fact]
    public async Task A_cluster_that_exists_is_not_restored_over()
    {
        await cluster.CreateAsync(ct: Ct);
        await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);
        var before = await System.IO.File.ReadAllBytesAsync(cluster.Paths.Database, Ct);

        var error = await Assert.ThrowsAsync<ClusterException>(() => cluster.Restore.RunAsync(File, null, null, Ct));

        Assert.Equal("the cluster \"saved\" exists: a backup is never restored over one", error.Message);
        Assert.Contains("navarch delete -p saved", error.Advice, StringComparison.Ordinal);
        Assert.Equal(before, await System.IO.File.ReadAllBytesAsync(cluster.Paths.Database, Ct));
    }

    [Fact]
    public async Task A_cluster_whose_addresses_another_has_is_not_restored_beside_it()
    {
        await cluster.CreateAsync(ct: Ct);
        await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);
        machine.Profiles.Save(machine.Profiles.Plan("other", 0, static _ => true));

        var error = await Assert.ThrowsAsync<ClusterException>(() => machine.Restore.RunAsync(File, null, null, Ct));

        Assert.StartsWith("the cluster \"other\" on this machine uses the addresses of \"saved\"", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(machine.Paths.State));
    }

    [Fact]
    public async Task A_cluster_keeps_its_name()
    {
        await cluster.CreateAsync(ct: Ct);
        await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);

        var error = await Assert.ThrowsAsync<ClusterException>(() => machine.Restore.RunAsync(File, "renamed", null, Ct));

        Assert.Equal("restore it as `-p saved`", error.Advice);
    }

    [Fact]
    public async Task A_backup_of_data_holds_no_keys_and_needs_them_to_be_restored()
    {
        await cluster.CreateAsync(ct: Ct);
        await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: true, Ct);
        var bytes = System.Text.Encoding.Latin1.GetString(await System.IO.File.ReadAllBytesAsync(File, Ct));
        Assert.DoesNotContain("PRIVATE KEY", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("encryption.json", bytes, StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<ClusterException>(() => machine.Restore.RunAsync(File, null, null, Ct));
        Assert.StartsWith("1 objects are encrypted with the key key-", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(machine.Paths.State));

        await machine.Restore.RunAsync(File, null, cluster.Paths.EncryptionKeys, Ct);

        Assert.Equal(51, (await machine.ObjectsAsync(Ct)).Entries.Count);
        Assert.Equal(new EncryptionKeyFile(cluster.Paths.EncryptionKeys).Load().Active.Secret, new EncryptionKeyFile(machine.Paths.EncryptionKeys).Load().Active.Secret);
        Assert.False(Directory.Exists(machine.Paths.Certificates));
    }

    [Fact]
    public async Task A_lost_key_is_warned_of_and_does_not_keep_the_rest_from_being_saved()
    {
        await cluster.CreateAsync(ct: Ct);
        System.IO.File.Delete(cluster.Paths.EncryptionKeys);

        var report = await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);

        Assert.Contains("cannot be read by anybody: the key is lost", Assert.Single(report.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_objects_take_several_files_and_come_back_in_order()
    {
        await cluster.CreateAsync(objects: 1, ct: Ct);
        await using (var store = await Navarch.Storage.Sqlite.SqliteRevisionStore.OpenAsync(new() { Path = cluster.Paths.Database }, cluster.Time, Ct))
        {
            var random = new Random(1);
            for (var i = 0; i < 12; i++)
            {
                var large = new byte[1 << 20];
                random.NextBytes(large); // Cannot be compressed.
                await store.CommitAsync(StoreWrite.Create($"/registry/configmaps/default/large{i:00}", large), Ct);
            }
        }

        await cluster.Backup.RunAsync(StoppedCluster.Name, File, isDataOnly: false, Ct);
        await machine.Restore.RunAsync(File, null, null, Ct);

        Assert.Contains("objects/000003.gz", System.Text.Encoding.Latin1.GetString(await System.IO.File.ReadAllBytesAsync(File, Ct)), StringComparison.Ordinal);
        Assert.Equal((await cluster.ObjectsAsync(Ct)).Entries.Where(static entry => !entry.Key.Contains("masterleases", StringComparison.Ordinal)).Select(Text), (await machine.ObjectsAsync(Ct)).Entries.Select(Text));
    }

    private static string Text(StoredValue entry) => $"{entry.Key} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(entry.Value.Span))}";
}
