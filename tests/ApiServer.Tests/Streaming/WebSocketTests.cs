using System.Buffers.Binary;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Streaming;

public sealed class WebSocketTests
{
    private const string Exec = "/api/v1/namespaces/default/pods/p/exec?command=sh&stdin=true&stdout=true";
    private const string Forward = "/api/v1/namespaces/default/pods/p/portforward";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v4.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io", "v4.base64.channel.k8s.io")]
    public async Task Exec_over_a_WebSocket_is_between_the_client_and_the_node(string chosen, params string[] offered)
    {
        await using var server = await TestServer.StartAsync();
        var asked = "";
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            asked = head;
            using var socket = await AcceptAsync(head, tls, chosen);
            var (type, message) = await ReadAsync(socket);
            await socket.SendAsync(new byte[] { 1 }.Concat(message.Skip(1)).ToArray(), type, true, Ct);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
        });
        await kubelet.RegisterAsync(server.Admin, "n1");

        using var client = await ConnectAsync(server, Exec, offered);
        await client.SendAsync(new byte[] { 0, (byte)'h', (byte)'i' }, WebSocketMessageType.Binary, true, Ct);
        var (_, echo) = await ReadAsync(client);

        Assert.Equal(chosen, client.SubProtocol);
        Assert.Equal([1, (byte)'h', (byte)'i'], echo);
        Assert.StartsWith("GET /exec/default/p/c?command=sh&input=1&output=1 HTTP/1.1", asked);
        Assert.Contains($"Sec-WebSocket-Protocol: {string.Join(", ", offered)}", asked);
    }

    [Fact]
    public async Task A_channel_that_the_client_closes_ends_for_the_program_which_goes_on_to_its_outcome()
    {
        await using var server = await TestServer.StartAsync();
        var asked = "";
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            asked = head;
            await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"), Ct);
            var names = new Dictionary<int, string>();
            var input = new MemoryStream();
            var isOver = false;
            while (!isOver)
            {
                var (first, flags, payload) = await FrameAsync(tls);
                if (first < 0)
                {
                    names[BinaryPrimitives.ReadInt32BigEndian(payload)] = Encoding.ASCII.GetString(payload);
                    continue;
                }

                Assert.EndsWith("stdin", names[first][..^5]); // Behind it stands what flushes.
                input.Write(payload);
                isOver = flags == 1;
            }

            await tls.WriteAsync(Data(names.Single(name => name.Value.Contains("stdout")).Key, 0, Encoding.ASCII.GetBytes($"{input.Length} bytes")), Ct);
            await tls.WriteAsync(Data(names.Single(name => name.Value.Contains("error")).Key, 1, "{\"status\":\"Success\"}"u8.ToArray()), Ct);
        });
        await kubelet.RegisterAsync(server.Admin, "n1");

        using var client = await ConnectAsync(server, Exec, "v5.channel.k8s.io", "v4.channel.k8s.io");
        await client.SendAsync(new byte[] { 0, (byte)'h', (byte)'i' }, WebSocketMessageType.Binary, true, Ct);
        await client.SendAsync(new byte[] { 255, 0 }, WebSocketMessageType.Binary, true, Ct);
        var (_, output) = await ReadAsync(client);
        var (_, outcome) = await ReadAsync(client);

        Assert.Equal("v5.channel.k8s.io", client.SubProtocol);
        Assert.Equal("\u00012 bytes", Encoding.ASCII.GetString(output));
        Assert.Equal("\u0003{\"status\":\"Success\"}", Encoding.ASCII.GetString(outcome));
        Assert.StartsWith("POST /exec/default/p/c?command=sh&input=1&output=1 HTTP/1.1", asked);
        Assert.Contains("X-Stream-Protocol-Version: v4.channel.k8s.io", asked);
    }

    private static byte[] Data(int stream, byte flags, byte[] bytes)
    {
        var frame = new byte[8 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, stream);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), bytes.Length);
        frame[4] = flags;
        bytes.CopyTo(frame, 8);
        return frame;
    }

    private static async Task<(int First, byte Flags, byte[] Payload)> FrameAsync(SslStream tls)
    {
        var head = new byte[8];
        await tls.ReadExactlyAsync(head, Ct);
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)) & 0xFFFFFF];
        await tls.ReadExactlyAsync(payload, Ct);
        return (BinaryPrimitives.ReadInt32BigEndian(head), head[4], payload);
    }

    [Fact]
    public async Task Ports_are_forwarded_over_SPDY_within_a_WebSocket()
    {
        await using var server = await TestServer.StartAsync();
        var asked = "";
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            asked = head;
            await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n"), Ct);
            var buffer = new byte[64 * 1024];
            while (await tls.ReadAsync(buffer, Ct) is > 0 and var count)
            {
                await tls.WriteAsync(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(buffer, 0, count).ToUpperInvariant()), Ct);
            }
        });
        await kubelet.RegisterAsync(server.Admin, "n1");

        // The framework's client refuses the slash in the protocol's name.
        await using var stream = await StreamingTests.ConnectAsync(server);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {Forward} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n\r\n"), Ct);
        var head = await FakeKubelet.HeadAsync(stream, Ct);
        Assert.StartsWith("HTTP/1.1 101", head);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head);
        Assert.Contains("Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io", head);
        using var client = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions());
        await client.SendAsync(Encoding.ASCII.GetBytes(new string('x', 20_000)), WebSocketMessageType.Binary, true, Ct);
        var received = 0;
        while (received < 20_000)
        {
            var (type, part) = await ReadAsync(client);
            Assert.Equal(WebSocketMessageType.Binary, type);
            Assert.All(part, static b => Assert.Equal((byte)'X', b));
            received += part.Length;
        }

        Assert.StartsWith("POST /portForward/default/p HTTP/1.1", asked);
        Assert.Contains("Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io", asked);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
    }

    [Fact]
    public async Task A_browser_shows_its_token_among_the_protocols()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        var token = (string)(await server.Admin.PostAsync("/api/v1/namespaces/default/serviceaccounts/robot/token", "{}")).Json["status"]!["token"]!;
        using var socket = Socket(server, null);
        socket.Options.AddSubProtocol("base64url.bearer.authorization.k8s.io." + System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(token)));
        socket.Options.AddSubProtocol("v4.channel.k8s.io");

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(server, Exec), Ct));

        Assert.Contains("403", refused.Message); // Known, but not allowed.
    }

    internal static async Task<ClientWebSocket> ConnectAsync(TestServer server, string path, params string[] protocols)
    {
        var socket = Socket(server, server.Authority.Client("admin", "system:masters"));
        foreach (var protocol in protocols)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        await socket.ConnectAsync(Address(server, path), Ct);
        return socket;
    }

    internal static ClientWebSocket Socket(TestServer server, X509Certificate2? certificate)
    {
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, presented, _, _) => presented is X509Certificate2 one && one.Issuer == server.Authority.Certificate.Subject;
        if (certificate is not null)
        {
            socket.Options.ClientCertificates.Add(certificate);
        }

        return socket;
    }

    internal static Uri Address(TestServer server, string path) => new($"wss://{server.Host.Address.Authority}{path}");

    private static async Task<WebSocket> AcceptAsync(string head, SslStream tls, string protocol)
    {
        var key = head.Split("\r\n").First(static line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.OrdinalIgnoreCase)).Split(' ')[1];
#pragma warning disable CA5350 // RFC 6455.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"), Ct);
        return WebSocket.CreateFromStream(tls, new WebSocketCreationOptions { IsServer = true, SubProtocol = protocol });
    }

    internal static async Task<(WebSocketMessageType Type, byte[] Message)> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
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
