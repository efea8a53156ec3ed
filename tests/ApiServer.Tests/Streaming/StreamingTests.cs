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

    [Theory]
    [InlineData("stdin=True&stdout=TRUE&stderr&tty=False", "&input=1&output=1&error=1")]
    [InlineData("stdin=false&stdout=1&stderr=0&tty=", "&output=1&tty=1")]
    [InlineData("stdout=false&stdout=true&stderr=true&container=c&container=other", "&error=1")]
    public async Task A_stream_is_asked_for_in_any_words_but_no_and_what_comes_twice_counts_once(string query, string passed)
    {
        await using var server = await TestServer.StartAsync();
        var asked = "";
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            asked = head.Split("\r\n")[0];
            await SayAsync(tls, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        });
        await kubelet.RegisterAsync(server.Admin, "n1");
        await using var client = await ConnectAsync(server);

        await SayAsync(client, $"POST /api/v1/namespaces/default/pods/p/exec?command=sh&{query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n");
        await FakeKubelet.HeadAsync(client, Ct);

        Assert.Equal($"POST /exec/default/p/c?command=sh{passed} HTTP/1.1", asked);
    }

    [Theory]
    [InlineData("200 OK", "", 500)]
    [InlineData("302 Found", "Location: https://192.0.2.9/\r\n", 500)]
    [InlineData("307 Temporary Redirect", "Location: /exec/kube-system/other/c\r\n", 500)]
    [InlineData("400 Bad Request", "", 400)]
    [InlineData("403 Forbidden", "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n", 500)]
    [InlineData("404 Not Found", "", 404)]
    [InlineData("500 Internal Server Error", "", 500)]
    public async Task An_upgrade_that_fails_half_way_leaves_no_way_to_the_kubelet(string status, string headers, int code)
    {
        await using var server = await TestServer.StartAsync();
        var requests = new List<string>();
        await using var kubelet = new FakeKubelet(server.Authority, "n1", async (head, tls) =>
        {
            requests.Add(head);
            await SayAsync(tls, $"HTTP/1.1 {status}\r\n{headers}Content-Length: 4\r\n\r\nnope");
            requests.Add(await FakeKubelet.HeadAsync(tls, Ct)); // Until the server hangs up.
        });
        await kubelet.RegisterAsync(server.Admin, "n1");
        await using var client = await ConnectAsync(server);

        foreach (var path in (string[])[Exec, Exec.Replace("/exec?", "/attach?", StringComparison.Ordinal), "/api/v1/namespaces/default/pods/p/portforward?ports=80"])
        {
            requests.Clear();
            await SayAsync(client, $"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\r\n");
            Assert.StartsWith($"HTTP/1.1 {code} ", await AnswerAsync(client));

            // What follows on the same connection is for the server, which does not find it.
            await SayAsync(client, "GET /runningpods/ HTTP/1.1\r\nHost: x\r\n\r\n");
            var answer = await AnswerAsync(client);
            Assert.StartsWith("HTTP/1.1 404 ", answer);
            Assert.EndsWith("404 page not found\n", answer);
            Assert.DoesNotContain(requests, static request => request.Contains("runningpods", StringComparison.Ordinal));
        }
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

    internal static async Task SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Ct);
        await stream.FlushAsync(Ct);
    }

    /// <summary>One whole answer, its body included.</summary>
    internal static async Task<string> AnswerAsync(Stream stream)
    {
        var head = await FakeKubelet.HeadAsync(stream, Ct);
        var length = head.Split("\r\n").Where(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(static line => int.Parse(line[15..])).FirstOrDefault();
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, Ct);
        return head + Encoding.UTF8.GetString(body);
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
