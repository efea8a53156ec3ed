using System.Text;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Tests.Server;
using Navarch.Storage;
using Navarch.Storage.Etcd;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Encryption;

/// <summary>What somebody finds who reads the store, and what servers make of what somebody has done to it.</summary>
public sealed class AtRestTests : IDisposable
{
    private const string Password = "correct-horse-battery-staple";

    private readonly string keys = Directory.CreateTempSubdirectory("navarch-keys-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(keys, recursive: true);

    [Fact]
    public async Task The_database_and_its_log_hold_no_plaintext_of_secrets()
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        await WriteAsync(server);

        var files = Directory.EnumerateFiles(server.Directory, "state.db*").Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToList();
        Assert.Contains(files, static file => file.EndsWith("-wal", StringComparison.Ordinal));
        var bytes = await Task.WhenAll(files.Select(file => ReadAsync(file)));
        AssertSealed(string.Concat(bytes.Select(Encoding.Latin1.GetString)));
    }

    [Fact]
    public async Task Etcd_holds_no_plaintext_of_secrets()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        await using var cluster = await EtcdCluster.StartAsync();
        await using var server = await EncryptedServer.StartAsync(keys, async ct => await EtcdRevisionStore.OpenAsync(new() { Endpoints = cluster.Endpoints }, TimeProvider.System, ct));
        await WriteAsync(server);

        var all = (await server.Store.RangeAsync("", Ct)).Entries;
        AssertSealed(string.Concat(all.Select(static entry => entry.Key + Encoding.Latin1.GetString(entry.Value.Span))));

        // A second server that shares cluster and keys reads them, and follows a rotation without being told.
        await using var other = await EncryptedServer.StartAsync(keys, async ct => await EtcdRevisionStore.OpenAsync(new() { Endpoints = cluster.Endpoints }, TimeProvider.System, ct));
        Assert.Equal(202, (await server.Admin.PostAsync(EncryptedServer.Status + "/rotate", "")).Code);
        await server.SettledAsync();
        Assert.Equal(201, (await other.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret("late", "late"))).Code);
        Assert.Equal(200, (await server.Admin.PostAsync(EncryptedServer.Status + "/prune", "")).Code);
        Assert.Equal(Password, EncryptedServer.PasswordIn((await other.Admin.AskAsync(EncryptedServer.Secrets + "/one")).Json));
        Assert.Equal("late", EncryptedServer.PasswordIn((await server.Admin.AskAsync(EncryptedServer.Secrets + "/late")).Json));
        var only = Assert.Single((await other.SettledAsync()).Keys);
        Assert.Equal(2, only.Objects);
    }

    [Fact]
    public async Task Secrets_are_there_after_a_restart_and_what_was_stored_before_the_keys_stays_readable()
    {
        var isEncrypting = false;
        await using var server = await TestServer.StartAsync(config => isEncrypting ? config with { EncryptionKeys = EncryptedServer.KeyFile(keys) } : config);
        Assert.Equal(201, (await server.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret("old", "from before"))).Code);
        isEncrypting = true;
        await server.RestartAsync();
        Assert.Equal(201, (await server.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret("new", Password))).Code);
        var status = await server.SettledAsync();
        Assert.Equal((1, 1, 1), (status.Plaintext, status.Outdated, Assert.Single(status.Keys).Objects));
        Assert.Equal(ReencryptionState.Needed, status.Reencryption.State);

        await server.RestartAsync();

        var found = (await server.Admin.AskAsync(EncryptedServer.Secrets)).Items;
        Assert.Equal([Password, "from before"], found.Select(EncryptedServer.PasswordIn));
    }

    [Fact]
    public async Task Values_that_were_damaged_or_moved_are_refused_and_do_not_stop_the_others()
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        foreach (var name in (string[])["damaged", "good", "moved"])
        {
            Assert.Equal(201, (await server.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret(name, name))).Code);
        }

        var stored = (await server.Store.GetAsync("/registry/secrets/default/damaged", Ct))!;
        var damaged = stored.Value.ToArray();
        damaged[^20] ^= 1;
        await server.Store.CommitAsync(StoreWrite.Put(stored.Key, damaged), Ct);
        await server.Store.CommitAsync(StoreWrite.Put("/registry/secrets/default/moved", (await server.Store.GetAsync("/registry/secrets/default/good", Ct))!.Value), Ct);

        foreach (var isRestarted in (bool[])[false, true])
        {
            if (isRestarted)
            {
                await server.RestartAsync();
                var list = await server.Admin.AskAsync(EncryptedServer.Secrets);
                Assert.Equal("good", EncryptedServer.PasswordIn(Assert.Single(list.Items)));
                Assert.Contains("2 secrets cannot be read", Assert.Single(list.Warnings), StringComparison.Ordinal);
                Assert.Equal(500, (await server.Admin.AskAsync(EncryptedServer.Secrets + "/damaged")).Code);
            }

            var put = await server.Admin.PutAsync(EncryptedServer.Secrets + "/damaged", EncryptedServer.Secret("damaged", "x"));
            Assert.Equal(500, put.Code);
            Assert.StartsWith("Internal error occurred: unable to transform key \"/registry/secrets/default/damaged\": ", put.Message, StringComparison.Ordinal);
            Assert.Equal(500, (await server.Admin.RemoveAsync(EncryptedServer.Secrets + "/moved")).Code);
            Assert.Equal(
                ["/registry/secrets/default/damaged", "/registry/secrets/default/moved"],
                (await server.SettledAsync()).Unreadable.Select(static unreadable => unreadable.Key));
        }

        Assert.Equal(500, (await server.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret("damaged", "x"))).Code);
        Assert.Equal(200, (await server.Admin.RemoveAsync(EncryptedServer.Secrets + "/damaged?ignoreStoreReadErrorWithClusterBreakingPotential=true")).Code);
        Assert.Equal(404, (await server.Admin.AskAsync(EncryptedServer.Secrets + "/damaged")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret("damaged", "x"))).Code);
        Assert.Equal("/registry/secrets/default/moved", Assert.Single((await server.SettledAsync()).Unreadable).Key);
    }

    [Fact]
    public async Task A_server_does_not_start_without_the_keys_that_its_store_needs()
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        await WriteAsync(server);
        var file = EncryptedServer.KeyFile(keys).Path;
        var name = EncryptedServer.KeyFile(keys).Load().Active.Name;
        File.Move(file, file + ".lost");

        var error = await Assert.ThrowsAsync<EncryptionException>(server.RestartAsync);

        Assert.Equal($"the encryption keys are missing: there is no {file}, but /registry/secrets/default/one is encrypted with the key {name}", error.Message);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Values_of_a_key_that_nobody_has_are_named_in_the_status()
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        await WriteAsync(server);
        var file = EncryptedServer.KeyFile(keys);
        var lost = file.Load().Active.Name;
        File.Delete(file.Path);
        file.Create(TimeProvider.System);

        await server.RestartAsync();

        var status = await server.SettledAsync();
        Assert.Contains(status.Keys, key => key.Name == lost && key is { Created: null, Objects: 1 });
        Assert.Contains($"the key {lost}, which {file.Path} does not hold", Assert.Single(status.Unreadable).Reason, StringComparison.Ordinal);
        Assert.Equal(500, (await server.Admin.AskAsync(EncryptedServer.Secrets + "/one")).Code);
    }

    [Fact]
    public async Task Other_kinds_are_encrypted_where_the_key_file_names_them()
    {
        var file = EncryptedServer.KeyFile(keys);
        file.Save(file.Create(TimeProvider.System) with { Resources = ["configmaps", "secrets"] });
        await using var server = await EncryptedServer.StartAsync(keys);
        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"},"data":{"a":"b"}}""")).Code);

        Assert.True(EncryptionKey.IsEncrypted((await server.Store.GetAsync("/registry/configmaps/default/a", Ct))!.Value.Span));

        file.Save(file.Load() with { Resources = ["configmaps", "widgets"] });
        var error = await Assert.ThrowsAsync<EncryptionException>(server.RestartAsync);
        Assert.Equal("\"widgets\" cannot be encrypted: there is no such resource", error.Message);
    }

    private static async Task WriteAsync(TestServer server)
    {
        Assert.Equal(201, (await server.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret("one", "first"))).Code);
        Assert.Equal(200, (await server.Admin.PutAsync(EncryptedServer.Secrets + "/one", EncryptedServer.Secret("one", Password))).Code);
        Assert.Equal(Password, EncryptedServer.PasswordIn((await server.Admin.AskAsync(EncryptedServer.Secrets + "/one")).Json));
        Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"plain"},"data":{"a":"to-be-found-in-the-store"}}""")).Code);
    }

    // The name is the key's and not secret; what is in the object is.
    private static void AssertSealed(string stored)
    {
        Assert.Contains("to-be-found-in-the-store", stored, StringComparison.Ordinal);
        Assert.Contains("/registry/secrets/default/one", stored, StringComparison.Ordinal);
        Assert.Contains("k8s:enc:aesgcm:v1:", stored, StringComparison.Ordinal);
        foreach (var plain in (string[])[Password, Convert.ToBase64String(Encoding.UTF8.GetBytes(Password)), Convert.ToBase64String("first"u8), "\"password\""])
        {
            Assert.DoesNotContain(plain, stored, StringComparison.Ordinal);
        }
    }

    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, Ct);
        return bytes;
    }
}
