using System.Net;
using Navarch.ApiServer.Backups;
using Navarch.ApiServer.Tests.Encryption;
using Navarch.ApiServer.Tests.Server;
using Navarch.Storage;
using Navarch.Storage.Snapshots;
using Navarch.Storage.Sqlite;

namespace Navarch.ApiServer.Tests.Backups;

public sealed class SnapshotTests : IDisposable
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private readonly string folder = Directory.CreateTempSubdirectory("navarch-snapshot-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_snapshot_is_of_one_revision_while_clients_write()
    {
        await using var server = await EncryptedServer.StartAsync(folder);
        Assert.Equal(201, (await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"n":"0"}}""")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Maps, """{"metadata":{"name":"b"},"data":{"n":"0"}}""")).Code);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        // First a, then b: at every revision a is as far as b or one ahead.
        var writing = Task.Run(async () =>
        {
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                await server.Admin.PatchAsync($"{Maps}/a", "merge-patch+json", $$$"""{"data":{"n":"{{{i}}}"}}""");
                await server.Admin.PatchAsync($"{Maps}/b", "merge-patch+json", $$$"""{"data":{"n":"{{{i}}}"}}""");
            }
        });

        for (var round = 0; round < 20; round++)
        {
            var (entries, revision) = await ReadAsync(server);
            var (a, b) = (Number(entries, "a"), Number(entries, "b"));
            Assert.InRange(a - b, 0, 1);
            Assert.All(entries, entry => Assert.InRange(entry.ModRevision, 1, revision));
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_restored_server_has_every_object_and_sends_old_watchers_to_look_anew()
    {
        string oldVersion;
        List<StoredValue> entries;
        long revision;
        await using (var before = await EncryptedServer.StartAsync(folder))
        {
            Assert.Equal(201, (await before.Admin.PostAsync(Maps, """{"metadata":{"name":"kept"},"data":{"a":"b"}}""")).Code);
            Assert.Equal(201, (await before.Admin.PostAsync(EncryptedServer.Secrets, EncryptedServer.Secret("s", "hidden"))).Code);
            (entries, revision) = await ReadAsync(before);

            // What happens after the backup is lost, but clients have seen its revisions.
            Assert.Equal(201, (await before.Admin.PostAsync(Maps, """{"metadata":{"name":"lost"},"data":{"a":"b"}}""")).Code);
            oldVersion = (string)(await before.Admin.AskAsync(Maps)).Json["metadata"]!["resourceVersion"]!;
        }

        await using var after = await EncryptedServer.StartAsync(folder, ct => FilledAsync(entries, RestoredRevision.Of(revision, TimeSpan.Zero), ct));

        var list = await after.Admin.AskAsync(Maps);
        Assert.Equal("kept", (string)Assert.Single(list.Items)!["metadata"]!["name"]!);
        Assert.True(long.Parse((string)list.Json["metadata"]!["resourceVersion"]!) > long.Parse(oldVersion) + 1_000_000);
        Assert.Equal("hidden", EncryptedServer.PasswordIn((await after.Admin.AskAsync(EncryptedServer.Secrets + "/s")).Json));

        await using (var old = await WatchReader.OpenAsync(after.Admin, $"{Maps}?watch=1&resourceVersion={oldVersion}"))
        {
            var gone = old.StatusCode == HttpStatusCode.OK ? (int)(await old.NextAsync())!.Value.Object["code"]! : (int)old.StatusCode;
            Assert.Equal(410, gone);
        }

        // What client-go does then: list, and watch from there.
        await using var watch = await WatchReader.OpenAsync(after.Admin, $"{Maps}?watch=1&resourceVersion={(string)list.Json["metadata"]!["resourceVersion"]!}");
        Assert.Equal(201, (await after.Admin.PostAsync(Maps, """{"metadata":{"name":"new"}}""")).Code);
        Assert.Equal(["ADDED new"], await watch.NextAsync(1));
    }

    [Theory]
    [InlineData("system:nodes", "system:node:n")]
    [InlineData("developers", "eve")]
    public async Task Nobody_but_administrators_gets_a_snapshot(string group, string user)
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(403, (await server.ClientOf(server.Authority.Client(user, group)).AskAsync(SnapshotHandler.Path)).Code);
    }

    private async Task<IRevisionStore> FilledAsync(IEnumerable<StoredValue> entries, long first, CancellationToken ct)
    {
        var store = await SqliteRevisionStore.OpenAsync(new() { Path = Path.Combine(folder, "restored.db"), FirstRevision = first }, TimeProvider.System, ct);
        var loader = new SnapshotLoader(store, StoredObjects.TimeToLive);
        foreach (var entry in entries)
        {
            await loader.AddAsync(entry, ct);
        }

        await loader.FinishAsync();
        return store;
    }

    private static async Task<(List<StoredValue> Entries, long Revision)> ReadAsync(TestServer server)
    {
        using var response = await server.Admin.GetAsync(new Uri(SnapshotHandler.Path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var reader = new EntryRecordReader(await response.Content.ReadAsStreamAsync(Ct));
        var entries = new List<StoredValue>();
        while (await reader.ReadAsync(Ct) is { } entry)
        {
            entries.Add(entry);
        }

        Assert.Equal(response.Headers.GetValues("Navarch-Revision").Single(), $"{reader.EndRevision}");
        return (entries, reader.EndRevision);
    }

    private static int Number(List<StoredValue> entries, string name) =>
        int.Parse((string)System.Text.Json.Nodes.JsonNode.Parse(entries.Single(entry => entry.Key == $"/registry/configmaps/default/{name}").Value.Span)!["data"]!["n"]!);
}
