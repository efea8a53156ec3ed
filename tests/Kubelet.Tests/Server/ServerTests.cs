using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Navarch.Kubelet.Tests.Runtime;

namespace Navarch.Kubelet.Tests.Server;

[Collection("containerd")] // A kubelet owns every pod of its runtime: one at a time.
public sealed class ServerTests(PrivateContainerd containerd)
{
    [Fact]
    public async Task Nobody_gets_in_but_who_is_known_and_may()
    {
        await using var node = await TestNode.StartAsync(containerd, "access");
        node.Cluster.Access.Tokens["good"] = "robot";
        node.Cluster.Access.May = static (user, what) => (user, what.Verb, what.Subresource, what.Resource, what.Name) switch
        {
            ("robot", "get", "pods", "nodes", "access") => true,
            ("jane", "get", "proxy", "nodes", "access") => true,
            _ => false,
        };

        using var nobody = node.Http(user: null);
        Assert.Equal("ok", await nobody.GetStringAsync("/healthz"));
        foreach (var path in (string[])["/", "/pods", "/stats/summary", "/metrics", "/metrics/resource", "/exec/a/b/c", "/containerLogs/a/b/c", "/portForward/a/b", "/configz", "/nothing"])
        {
            Assert.Equal((path, 401, "Unauthorized"), await AskAsync(nobody, path));
        }

        // By a token: what it is for, and nothing else.
        Assert.Equal((200, true), await AskAsync(nobody, "/pods", "Bearer good") is var pods ? (pods.Code, pods.Text.Contains("PodList", StringComparison.Ordinal)) : default);
        Assert.Equal(("/stats/summary", 403, "Forbidden (user=robot, verb=get, resource=nodes, subresource(s)=[stats])"), await AskAsync(nobody, "/stats/summary", "Bearer good"));
        Assert.Equal(401, (await AskAsync(nobody, "/pods", "Bearer bad")).Code);
        Assert.Equal(401, (await AskAsync(nobody, "/pods", "Bearer ")).Code);
        Assert.Equal(401, (await AskAsync(nobody, "/pods", "Basic Z29vZDpnb29k")).Code);

        // By a certificate. The right to everything that is read covers what has a narrower one, but opens no session.
        using var jane = node.Http("jane");
        Assert.Equal(200, (await AskAsync(jane, "/pods")).Code);
        Assert.Equal(("/exec/a/b/c", 403, "Forbidden (user=jane, verb=create, resource=nodes, subresource(s)=[proxy])"), await AskAsync(jane, "/exec/a/b/c"));
        using var joe = node.Http("joe");
        Assert.Equal(("/pods", 403, "Forbidden (user=joe, verb=get, resource=nodes, subresource(s)=[pods proxy])"), await AskAsync(joe, "/pods"));

        // By the certificate of somebody else's authority; and by none but a header that names one.
        await using var other = await TestNode.StartAsync(containerd, "access2");
        using var stranger = new HttpClient(Stranger(other)) { BaseAddress = new Uri($"https://127.0.0.1:{node.Port}") };
        Assert.Equal(401, (await AskAsync(stranger, "/pods")).Code);
        nobody.DefaultRequestHeaders.Add("X-Remote-User", "kube-apiserver-kubelet-client");
        Assert.Equal(401, (await AskAsync(nobody, "/pods")).Code);

        // Nobody to ask: nobody new gets in.
        node.Cluster.Access.IsReachable = false;
        Assert.Equal(200, (await AskAsync(jane, "/pods")).Code);
        Assert.Equal(("/stats/summary", 500, "Authorization error (user=jane, verb=get, resource=nodes, subresource=stats)"), await AskAsync(jane, "/stats/summary"));
        Assert.Equal(401, (await AskAsync(nobody, "/pods", "Bearer unknown")).Code);
    }

    [Fact]
    public async Task Connections_that_say_nothing_keep_nobody_out()
    {
        await using var node = await TestNode.StartAsync(containerd, "flood");
        using var known = node.Http();
        Assert.Equal(200, (await AskAsync(known, "/pods")).Code);
        var idle = new List<TcpClient>();
        for (var i = 0; i < 300; i++)
        {
            idle.Add(new TcpClient());
            await idle[^1].ConnectAsync(IPAddress.Loopback, node.Port);
        }

        using var other = node.Http();
        Assert.Equal(200, (await AskAsync(other, "/pods")).Code);
        Assert.Equal(200, (await AskAsync(known, "/pods")).Code);
        // The oldest made room.
        Assert.True(await IsEndedAsync(idle[0]));
        idle.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Logs_are_told_followed_and_kept_of_the_run_before()
    {
        await using var node = await TestNode.StartAsync(containerd, "logs");
        await node.RunAsync("talk", "i=0; while [ $i -lt 5 ]; do echo line $i; i=$((i+1)); done; while [ ! -e /go ]; do sleep 0.1; done; echo end; exit 1");
        using var http = node.Http();
        var pod = await node.UntilAsync("talk", pod => pod.Status.ContainerStatuses is [{ RestartCount: 0, State.Running: not null }], "the container runs");

        using var followed = new StreamReader(await http.GetStreamAsync("/containerLogs/default/talk/main?follow=true"));
        Assert.Equal("line 0", await followed.ReadLineAsync());
        using var runtime = await containerd.RuntimeAsync();
        await runtime.ExecSyncAsync(pod.Status.ContainerStatuses[0].ContainerID["containerd://".Length..], ["touch", "/go"], TimeSpan.FromSeconds(30), default);
        Assert.Equal("line 1\nline 2\nline 3\nline 4\nend\n", await followed.ReadToEndAsync());
        await node.UntilAsync("talk", pod => pod.Status.ContainerStatuses is [{ RestartCount: > 0 }], "the container was restarted");
        Assert.Equal("end\n", await http.GetStringAsync("/containerLogs/default/talk/main?previous=true&tailLines=1"));
        Assert.Matches("^[0-9TZ:.-]+ end\n$", await http.GetStringAsync("/containerLogs/default/talk/main?previous=true&tailLines=1&timestamps=true"));
        Assert.Equal("lin", await http.GetStringAsync("/containerLogs/default/talk/main?previous=true&limitBytes=3"));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/containerLogs/default/none/main")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/containerLogs/default/talk/none")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await http.GetAsync("/containerLogs/default/talk/main?tailLines=-1")).StatusCode);
        Assert.Contains("\"name\":\"talk\"", await http.GetStringAsync("/pods"));
        Assert.Contains("\"pods\":[", await http.GetStringAsync("/stats/summary"));
        Assert.Contains("container_memory_working_set_bytes", await http.GetStringAsync("/metrics/resource"));
    }

    [Fact]
    public async Task An_upgraded_connection_reaches_the_program_in_the_container()
    {
        await using var node = await TestNode.StartAsync(containerd, "exec");
        await node.RunAsync("shell", "sleep 1000");
        await node.UntilReadyAsync("shell");

        // WebSocket with the channel protocol: each message is a channel number and bytes.
        await using var stream = await ConnectAsync(node);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "GET /exec/default/shell/main?command=echo&command=hello&output=1&error=1 HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n"));
        var answer = await ReadAllAsync(stream);

        Assert.StartsWith("HTTP/1.1 101", answer);
        Assert.Contains("Sec-WebSocket-Protocol: v4.channel.k8s.io", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\u0001hello\n", answer);
        Assert.Contains("\"status\":\"Success\"", answer);
    }

    [Fact]
    public async Task A_protocol_that_the_runtime_does_not_speak_is_refused()
    {
        await using var node = await TestNode.StartAsync(containerd, "proto");
        await node.RunAsync("shell", "sleep 1000");
        await node.UntilReadyAsync("shell");

        await using var stream = await ConnectAsync(node);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "GET /exec/default/shell/main?command=true&output=1 HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v99.channel.k8s.io\r\n\r\n"));
        var head = new byte[12];
        await stream.ReadExactlyAsync(head);

        Assert.StartsWith("HTTP/1.1 4", Encoding.ASCII.GetString(head));
    }

    private static async Task<(string Path, int Code, string Text)> AskAsync(HttpClient client, string path, string authorization = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }
        using var answer = await client.SendAsync(request);
        return (path, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<bool> IsEndedAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<SslStream> ConnectAsync(TestNode node)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Port);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "node", ClientCertificates = [node.ClientCertificate("kube-apiserver-kubelet-client")],
        });
        return stream;
    }

    private static async Task<string> ReadAllAsync(SslStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        return text.ToString();
    }

    private static SocketsHttpHandler Stranger(TestNode other)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [other.ClientCertificate("kube-apiserver-kubelet-client")];
        return handler;
    }
}
