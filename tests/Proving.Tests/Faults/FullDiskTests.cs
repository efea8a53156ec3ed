using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.Storage.Tests;

namespace Navarch.Proving.Tests.Faults;

/// <summary>A server whose disk is full, on a real file system that is.</summary>
public sealed class FullDiskTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Clients_are_told_that_the_disk_is_full_can_read_and_watch_and_write_again_when_there_is_room()
    {
        Needs.Root();
        var ct = TestContext.Current.CancellationToken;
        using var disk = new SmallDisk(48 << 20);
        using var server = new LocalServer();
        Directory.CreateSymbolicLink(Path.GetDirectoryName(server.Database)!, disk.Path(""));
        await server.StartAsync(ct);
        var client = server.NewClient();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var follower = new Follower([server.NewClient()], MapClient.Path, new Random(1));
        var following = follower.RunAsync(stop.Token);

        disk.Leave(2 << 20);
        var written = 0;
        Answer refused;
        while ((refused = await CreateAsync(client, $"m{written}", ct)).Code == HttpStatusCode.Created)
        {
            written++;
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Code);
        Assert.Contains("the disk is full", refused.Text);
        Assert.Equal("ServiceUnavailable", (string?)JsonNode.Parse(refused.Text)!["reason"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await CreateAsync(client, "refused", ct)).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{MapClient.Path}/refused", ct)).StatusCode);
        Assert.Equal(written, await CountAsync(client, ct));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/livez", ct)).StatusCode);

        disk.Leave(16 << 20);
        Assert.Equal(HttpStatusCode.Created, (await CreateAsync(client, "again", ct)).Code);
        using var limit = new CancellationTokenSource(Patience);
        while (!follower.Knows("again"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }

        await stop.CancelAsync();
        await following;
        server.Process.Kill();
        await server.StartAsync(ct);
        Assert.Equal(written + 1, await CountAsync(client, ct));
        server.Process.Kill();
    }

    private sealed record Answer(HttpStatusCode Code, string Text);

    private static async Task<Answer> CreateAsync(HttpClient client, string name, CancellationToken ct)
    {
        using var content = new StringContent(
            $$$"""{"metadata":{"name":"{{{name}}}"},"data":{"v":"{{{Payload.Of(name, 400_000)}}}"}}""", Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(MapClient.Path, content, ct);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(ct));
    }

    private static async Task<int> CountAsync(HttpClient client, CancellationToken ct) =>
        JsonNode.Parse(await client.GetStringAsync(MapClient.Path, ct))!["items"]!.AsArray().Count;
}
