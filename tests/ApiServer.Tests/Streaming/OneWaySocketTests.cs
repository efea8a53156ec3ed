using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Streaming;

public sealed class OneWaySocketTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData]
    [InlineData("binary.k8s.io")]
    [InlineData("a.example", "b.example")]
    public async Task Every_event_of_a_watch_is_one_message(params string[] protocols)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        using var socket = await ConnectAsync(maps + "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", protocols);
        Assert.Equal(protocols.FirstOrDefault(), socket.SubProtocol);

        Assert.Equal("ADDED a", await NextAsync(socket));
        Assert.Equal("BOOKMARK ", await NextAsync(socket));
        await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"data":{"k":"one\ntwo"}}""");
        Assert.Equal("MODIFIED a", await NextAsync(socket));
        await shared.Admin.RemoveAsync(maps + "/a");
        Assert.Equal("DELETED a", await NextAsync(socket));
    }

    [Fact]
    public async Task Large_events_come_whole_and_in_order()
    {
        var maps = await shared.MapsAsync();
        using var socket = await ConnectAsync(maps + "?watch=true");
        foreach (var name in (string[])["a", "b", "c"])
        {
            await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"{{{name}}}"},"data":{"k":"{{{new string('x', 900_000)}}}"}}""");
        }

        Assert.Equal("ADDED a", await NextAsync(socket));
        Assert.Equal("ADDED b", await NextAsync(socket));
        Assert.Equal("ADDED c", await NextAsync(socket));
    }

    [Fact]
    public async Task Events_in_protobuf_are_binary()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        using var socket = WebSocketTests.Socket(shared.Server, shared.Server.Authority.Client("admin", "system:masters"));
        socket.Options.SetRequestHeader("Accept", "application/vnd.kubernetes.protobuf;stream=watch");
        await socket.ConnectAsync(WebSocketTests.Address(shared.Server, maps + "?watch=true"), Ct);

        var (type, message) = await ReadAsync(socket);

        Assert.Equal(WebSocketMessageType.Binary, type);
        Assert.Equal("\n\u0005ADDED", Encoding.ASCII.GetString(message, 0, 7));
    }

    [Fact]
    public async Task A_watch_that_is_over_is_closed()
    {
        using var socket = await ConnectAsync(await shared.MapsAsync() + "?watch=true&timeoutSeconds=1");

        var (type, _) = await ReadAsync(socket);

        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.NormalClosure), (type, socket.CloseStatus));
    }

    [Fact]
    public async Task A_version_too_old_is_told_in_a_message()
    {
        await using var server = await TestServer.StartAsync();
        const string Maps = "/api/v1/namespaces/default/configmaps";
        var first = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"k":"v"}}""");
        await server.RestartAsync();

        using var socket = await WebSocketTests.ConnectAsync(server, $"{Maps}?watch=true&resourceVersion={first.Version}");
        var (_, message) = await ReadAsync(socket);

        var told = JsonNode.Parse(message)!;
        Assert.Equal(("ERROR", 410), ((string)told["type"]!, (int)told["object"]!["code"]!));
        Assert.Equal(WebSocketMessageType.Close, (await ReadAsync(socket)).Type);
    }

    [Fact]
    public async Task What_a_client_says_is_not_heard_and_its_leaving_ends_the_watch()
    {
        var maps = await shared.MapsAsync();
        using var socket = await ConnectAsync(maps + "?watch=true");
        await socket.SendAsync(new byte[100_000], WebSocketMessageType.Binary, true, Ct);
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        Assert.Equal("ADDED a", await NextAsync(socket));

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Ct);

        Assert.Equal(WebSocketMessageType.Close, (await ReadAsync(socket)).Type);
    }

    [Theory]
    [InlineData("?watch=true&labelSelector=a,,b", 400)]
    [InlineData("?watch=true&resourceVersion=x", 400)]
    [InlineData("x?watch=true", 404)]
    public async Task A_watch_that_cannot_be_is_refused_before_the_upgrade(string suffix, int code)
    {
        using var socket = WebSocketTests.Socket(shared.Server, shared.Server.Authority.Client("admin", "system:masters"));

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(WebSocketTests.Address(shared.Server, "/api/v1/configmaps" + suffix), Ct));

        Assert.Contains($"{code}", refused.Message);
    }

    [Theory]
    [InlineData(null, "hello world")]
    [InlineData("binary.k8s.io", "hello world")]
    [InlineData("base64.binary.k8s.io", "aGVsbG8gd29ybGQ=")]
    public async Task A_log_comes_as_bytes_or_as_text(string? protocol, string expected)
    {
        await using var server = await TestServer.StartAsync();
        var asked = "";
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            asked = head;
            await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"), Ct);
        });
        await kubelet.RegisterAsync(server.Admin, "n1");

        using var socket = await WebSocketTests.ConnectAsync(server, "/api/v1/namespaces/default/pods/p/log?follow=true", protocol is null ? [] : [protocol]);

        Assert.Equal(protocol, socket.SubProtocol);
        var (type, first) = await ReadAsync(socket);
        Assert.Equal((protocol == "base64.binary.k8s.io" ? WebSocketMessageType.Text : WebSocketMessageType.Binary, 0), (type, first.Length));
        Assert.Equal(expected, Encoding.ASCII.GetString((await ReadAsync(socket)).Message));
        Assert.Equal(WebSocketMessageType.Close, (await ReadAsync(socket)).Type);
        Assert.StartsWith("GET /containerLogs/default/p/c?follow=true", asked);
    }

    private Task<ClientWebSocket> ConnectAsync(string path, params string[] protocols) => WebSocketTests.ConnectAsync(shared.Server, path, protocols);

    private static async Task<string> NextAsync(WebSocket socket)
    {
        var (type, message) = await ReadAsync(socket);
        Assert.Equal(WebSocketMessageType.Text, type);
        var told = JsonNode.Parse(message)!;
        return $"{told["type"]} {told["object"]!["metadata"]!["name"]}";
    }

    private static async Task<(WebSocketMessageType Type, byte[] Message)> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[2 << 20];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), Ct);
            length += part.Count;
            if (part.EndOfMessage)
            {
                return (part.MessageType, buffer[..length]);
            }
        }
    }
}
