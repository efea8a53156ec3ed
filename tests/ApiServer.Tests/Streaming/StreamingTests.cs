using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Streaming;

public sealed class StreamingTests
{
    private const string Exec = "/api/v1/namespaces/default/pods/p/exec?command=sh&command=-c&stdin=true&stdout=true&tty=true";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Logs_come_from_the_kubelet_of_the_pods_node()
    {
        await using var server = await TestServer.StartAsync();
        var asked = "";
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            asked = head.Split("\r\n")[0];
            await SayAsync(tls, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n");
        });
        await kubelet.RegisterAsync(server.Admin, "n1");

        var answer = await server.Admin.AskAsync("/api/v1/namespaces/default/pods/p/log?tailLines=5&timestamps=true");

        Assert.Equal((200, "hello\n", "text/plain"), (answer.Code, answer.Text, answer.ContentType));
        Assert.Equal("GET /containerLogs/default/p/c?tailLines=5&timestamps=true HTTP/1.1", asked);
        Assert.Equal("kube-apiserver-kubelet-client", kubelet.Caller);
        Assert.Equal(400, (await server.Admin.AskAsync("/api/v1/namespaces/default/pods/p/log?container=x")).Code);
        Assert.Equal(422, (await server.Admin.AskAsync("/api/v1/namespaces/default/pods/p/log?tailLines=-1")).Code);
    }

    [Fact]
    public async Task A_refusal_of_the_kubelet_becomes_a_status()
    {
        await using var server = await TestServer.StartAsync();
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (_, tls) =>
            await SayAsync(tls, "HTTP/1.1 400 Bad Request\r\nContent-Length: 47\r\nConnection: close\r\n\r\ncontainer \"c\" in pod \"p\" is waiting to start: x"));
        await kubelet.RegisterAsync(server.Admin, "n1");

        var answer = await server.Admin.AskAsync("/api/v1/namespaces/default/pods/p/log");

        Assert.Equal((400, "container \"c\" in pod \"p\" is waiting to start: x"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task The_servers_identity_is_not_shown_to_a_kubelet_of_another_node()
    {
        await using var server = await TestServer.StartAsync();
        await using var kubelet = new FakeKubelet(server.Authority, "other", async (_, tls) => await SayAsync(tls, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        await kubelet.RegisterAsync(server.Admin, "n1");

        Assert.Equal(500, (await server.Admin.AskAsync("/api/v1/namespaces/default/pods/p/log")).Code);
    }

    [Fact]
    public async Task Exec_is_a_pipe_in_both_directions()
    {
        await using var server = await TestServer.StartAsync();
        var asked = "";
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            asked = head;
            await SayAsync(tls, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n");
            var buffer = new byte[64];
            while (await tls.ReadAsync(buffer, Ct) is > 0 and var count)
            {
                await SayAsync(tls, Encoding.ASCII.GetString(buffer, 0, count).ToUpperInvariant());
            }
        });
        await kubelet.RegisterAsync(server.Admin, "n1");
        await using var client = await ConnectAsync(server);

        await SayAsync(client, $"POST {Exec} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n");
        var head = await FakeKubelet.HeadAsync(client, Ct);
        Assert.StartsWith("HTTP/1.1 101", head);
        Assert.Contains("X-Stream-Protocol-Version: v4.channel.k8s.io", head);
        Assert.StartsWith("POST /exec/default/p/c?command=sh&command=-c&input=1&output=1&tty=1 HTTP/1.1", asked);
        await SayAsync(client, "hello");
        var answer = new byte[5];
        await client.ReadExactlyAsync(answer, Ct);
        Assert.Equal("HELLO", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task An_upgrade_that_the_kubelet_refuses_leaves_an_ordinary_connection()
    {
        await using var server = await TestServer.StartAsync();
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (_, tls) =>
            await SayAsync(tls, "HTTP/1.1 404 Not Found\r\nContent-Length: 19\r\n\r\ncontainer not found"));
        await kubelet.RegisterAsync(server.Admin, "n1");
        await using var client = await ConnectAsync(server);

        await SayAsync(client, $"POST {Exec} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\r\n");
        var head = await FakeKubelet.HeadAsync(client, Ct);

        Assert.StartsWith("HTTP/1.1 404", head);
    }

    [Fact]
    public async Task Without_an_upgrade_exec_is_a_bad_request()
    {
        await using var server = await TestServer.StartAsync();
        await using var kubelet = new FakeKubelet(server.Authority, "n1", (_, _) => Task.CompletedTask);
        await kubelet.RegisterAsync(server.Admin, "n1");

        var answer = await server.Admin.PostAsync(Exec, "");

        Assert.Equal((400, "Upgrade request required"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Services_are_not_proxied_to_the_servers_own_machine()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""");
        await server.Admin.PatchAsync("/api/v1/namespaces/default/pods/p/status", "merge-patch+json", """{"status":{"podIP":"127.0.0.1","podIPs":[{"ip":"127.0.0.1"}]}}""");

        Assert.Equal(503, (await server.Admin.AskAsync("/api/v1/namespaces/default/pods/p:80/proxy/")).Code);
        Assert.Equal(503, (await server.Admin.AskAsync("/api/v1/namespaces/default/services/kubernetes:nope/proxy/")).Code);
    }

    private static async Task SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Ct);
        await stream.FlushAsync(Ct);
    }

    internal static async Task<SslStream> ConnectAsync(TestServer server)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Host.Address.Port, Ct);
        var certificate = server.Authority.Client("admin", "system:masters");
        var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true, (_, _, _, _, _) => certificate);
        await tls.AuthenticateAsClientAsync("localhost");
        return tls;
    }
}
