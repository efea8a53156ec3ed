using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Tests.Server;
using Navarch.Storage;
using Navarch.Storage.Sqlite;

namespace Navarch.ApiServer.Tests.Encryption;

public sealed class RotationTests : IDisposable
{
    private readonly string keys = Directory.CreateTempSubdirectory("navarch-keys-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(keys, recursive: true);

    [Fact]
    public async Task A_rotation_re_encrypts_everything_and_the_old_key_goes_when_nothing_needs_it()
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        await CreateAsync(server, 50);
        var old = (await server.SettledAsync()).Keys[0].Name;

        Assert.Equal(202, (await server.Admin.PostAsync(EncryptedServer.Status + "/rotate", "")).Code);

        var status = await server.SettledAsync();
        Assert.Equal((ReencryptionState.Complete, 50, 50), (status.Reencryption.State, status.Reencryption.Done, status.Reencryption.Total));
        Assert.Equal([50, 0], status.Keys.Select(static key => key.Objects));
        Assert.Equal([true, false], status.Keys.Select(static key => key.IsActive));
        Assert.Equal(old, status.Keys[1].Name);

        Assert.Equal(200, (await server.Admin.PostAsync(EncryptedServer.Status + "/prune", "")).Code);
        Assert.Equal(status.Keys[0].Name, Assert.Single(EncryptedServer.KeyFile(keys).Load().Keys).Name);
        await server.RestartAsync();
        Assert.Equal(50, (await server.Admin.AskAsync(EncryptedServer.Secrets)).Items.Select(EncryptedServer.PasswordIn).Distinct().Count());
    }

    [Fact]
    public async Task A_rotation_while_clients_write_loses_no_write_and_leaves_nothing_behind()
    {
        const int Objects = 40;
        await using var server = await EncryptedServer.StartAsync(keys);
        await CreateAsync(server, Objects);
        await using var watch = await WatchReader.OpenAsync(server.Admin, EncryptedServer.Secrets + "?watch=1&resourceVersion=0");
        var acknowledged = new int[Objects];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = writer; !stop.IsCancellationRequested; i = (i + 8) % Objects)
            {
                // Without a resourceVersion: the server tries until it has got in between the others.
                var answer = await server.Admin.PutAsync($"{EncryptedServer.Secrets}/s{i}", EncryptedServer.Secret($"s{i}", $"{acknowledged[i] + 1}"));
                Assert.Equal(200, answer.Code);
                acknowledged[i]++;
            }
        })).ToList();

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(202, (await server.Admin.PostAsync(EncryptedServer.Status + "/rotate", "")).Code);
            await server.SettledAsync();
            Assert.Equal(200, (await server.Admin.PostAsync(EncryptedServer.Status + "/prune", "")).Code);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        var status = await server.SettledAsync();
        Assert.Equal(Objects, Assert.Single(status.Keys).Objects);
        Assert.Equal(0, status.Outdated);
        Assert.Empty(status.Unreadable);
        var last = new Dictionary<string, string?>();
        var found = await server.Admin.AskAsync(EncryptedServer.Secrets);
        foreach (var item in found.Items)
        {
            Assert.Equal($"{acknowledged[int.Parse(((string)item!["metadata"]!["name"]!)[1..])]}", EncryptedServer.PasswordIn(item));
        }

        // A watcher has seen every object's last version, and no object lose a write on the way.
        while (last.Count < Objects || found.Items.Any(item => last[(string)item!["metadata"]!["name"]!] != (string)item["metadata"]!["resourceVersion"]!))
        {
            var (_, seen) = (await watch.NextAsync())!.Value;
            last[(string)seen["metadata"]!["name"]!] = (string)seen["metadata"]!["resourceVersion"]!;
        }
    }

    [Fact]
    public async Task Who_asks_while_the_last_object_is_re_encrypted_is_not_told_that_it_is_still_to_be_done()
    {
        HeldStore store = null!;
        await using var server = await EncryptedServer.StartAsync(keys, async ct => store = new HeldStore(await SqliteRevisionStore.OpenAsync(
            new SqliteStoreConfig { Path = Path.Combine(keys, "state.db") }, TimeProvider.System, ct)));
        await CreateAsync(server, 1);
        var (rewritten, counted) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.HoldWrites(rewritten.Task);
        Assert.Equal(202, (await server.Admin.PostAsync(EncryptedServer.Status + "/rotate", "")).Code);
        while ((long)(await server.Admin.AskAsync(EncryptedServer.Status + "/progress")).Json["total"]! == 0)
        {
            await Task.Delay(5, Ct);
        }

        store.HoldNextLook(counted.Task);
        var answer = server.Admin.AskAsync(EncryptedServer.Status);
        await store.Looked;
        rewritten.SetResult();
        while ((string)(await server.Admin.AskAsync(EncryptedServer.Status + "/progress")).Json["state"]! == "Running")
        {
            await Task.Delay(5, Ct);
        }

        counted.SetResult();
        Assert.Equal((1, "Running"), ((int)(await answer).Json["outdated"]!, (string)(await answer).Json["reencryption"]!["state"]!));
        Assert.Equal(ReencryptionState.Complete, (await server.SettledAsync()).Reencryption.State);
    }

    [Fact]
    public async Task What_a_run_that_ended_early_has_left_is_done_by_the_next()
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        await CreateAsync(server, 10);
        var file = EncryptedServer.KeyFile(keys);
        var before = file.Load();
        file.Save(before with { Keys = [EncryptionKey.Create(TimeProvider.System), .. before.Keys] });
        Assert.Equal(200, (await server.Admin.PutAsync($"{EncryptedServer.Secrets}/s3", EncryptedServer.Secret("s3", "new"))).Code);
        var status = await server.SettledAsync();
        Assert.Equal([1, 9], status.Keys.Select(static key => key.Objects));
        Assert.Equal((ReencryptionState.Needed, 9), (status.Reencryption.State, status.Outdated));
        await server.Admin.PostAsync(EncryptedServer.Status + "/prune", "");
        Assert.Equal(2, file.Load().Keys.Count);

        Assert.Equal(202, (await server.Admin.PostAsync(EncryptedServer.Status + "/reencrypt", "")).Code);

        status = await server.SettledAsync();
        Assert.Equal([10, 0], status.Keys.Select(static key => key.Objects));
        Assert.Equal((ReencryptionState.Complete, 9), (status.Reencryption.State, status.Reencryption.Done));
    }

    [Fact]
    public async Task A_kind_that_is_encrypted_no_longer_is_written_in_plaintext()
    {
        var file = EncryptedServer.KeyFile(keys);
        await using var server = await EncryptedServer.StartAsync(keys);
        await CreateAsync(server, 3);
        file.Save(file.Load() with { Resources = [] });
        await server.RestartAsync();
        Assert.Equal(3, (await server.Admin.AskAsync(EncryptedServer.Secrets)).Items.Count);

        Assert.Equal(202, (await server.Admin.PostAsync(EncryptedServer.Status + "/reencrypt", "")).Code);

        var status = await server.SettledAsync();
        Assert.Equal((0, 0, 0), (Assert.Single(status.Keys).Objects, status.Outdated, status.Plaintext));
        Assert.All((await server.Store.RangeAsync("/registry/secrets/", Ct)).Entries, static entry => Assert.Equal((byte)'{', entry.Value.Span[0]));
    }

    [Fact]
    public async Task A_damaged_object_holds_up_nothing_and_keeps_its_key()
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        await CreateAsync(server, 3);
        var stored = (await server.Store.GetAsync("/registry/secrets/default/s1", Ct))!;
        await server.Store.CommitAsync(StoreWrite.Put(stored.Key, stored.Value[..^1]), Ct);

        await server.Admin.PostAsync(EncryptedServer.Status + "/rotate", "");
        await server.SettledAsync();
        await server.Admin.PostAsync(EncryptedServer.Status + "/prune", "");

        var status = await server.SettledAsync();
        Assert.Equal([2, 1], status.Keys.Select(static key => key.Objects));
        Assert.Equal(ReencryptionState.Needed, status.Reencryption.State);
    }

    [Theory]
    [InlineData("system:nodes", "system:node:n")]
    [InlineData("developers", "eve")]
    public async Task Nobody_but_administrators_is_told_or_may_rotate(string group, string user)
    {
        await using var server = await EncryptedServer.StartAsync(keys);
        var client = server.ClientOf(server.Authority.Client(user, group));

        Assert.Equal(403, (await client.AskAsync(EncryptedServer.Status)).Code);
        Assert.Equal(403, (await client.PostAsync(EncryptedServer.Status + "/rotate", "")).Code);
        Assert.Single((await server.SettledAsync()).Keys);
    }

    private static async Task CreateAsync(TestServer server, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(201, (await server.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret($"s{i}", $"value {i}"))).Code);
        }
    }
}
