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
    public async Task Only_the_clusters_own_clients_get_in()
    {
        await using var node = await TestNode.StartAsync(containerd, "access");

        using (var nobody = node.Http(user: null))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/pods")).StatusCode);
            Assert.Equal("ok", await nobody.GetStringAsync("/healthz"));
        }
        using (var user = node.Http("jane"))
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await user.GetAsync("/pods")).StatusCode);
        }
        await using var other = await TestNode.StartAsync(containerd, "access2");
        using var stranger = new HttpClient(Stranger(other)) { BaseAddress = new Uri($"https://127.0.0.1:{node.Port}") };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => stranger.GetAsync("/pods"));
    }

    [Fact]
    public async Task Logs_are_told_followed_and_kept_of_the_run_before()
    {
        await using var node = await TestNode.StartAsync(containerd, "logs");
        await node.RunAsync("talk", "i=0; while [ $i -lt 5 ]; do echo line $i; i=$((i+1)); done; sleep 0.5; echo end; exit 1");
        using var http = node.Http();
        await node.UntilAsync("talk", pod => pod.Status.ContainerStatuses is [{ RestartCount: 0, State.Running: not null }], "the container runs");

        Assert.Equal("line 0\nline 1\nline 2\nline 3\nline 4\nend\n", await http.GetStringAsync("/containerLogs/default/talk/main?follow=true"));
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
