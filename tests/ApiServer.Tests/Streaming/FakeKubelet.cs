using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Streaming;

/// <summary>Answers one connection after the other as a test says, behind a kubelet's certificate.</summary>
internal sealed class FakeKubelet : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public FakeKubelet(TestAuthority authority, string nodeName, Func<string, SslStream, Task> answer)
    {
        listener.Start();
        serving = ServeAsync(authority.Sign($"O=system:nodes,CN=system:node:{nodeName}", "1.3.6.1.5.5.7.3.1"), answer);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The common name of the last caller's certificate.</summary>
    public string? Caller { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        stop.Dispose();
    }

    /// <summary>Makes the node and a pod on it.</summary>
    public async Task RegisterAsync(HttpClient admin, string nodeName, string @namespace = "default")
    {
        var node = await admin.PostAsync("/api/v1/nodes", $$$"""{"metadata":{"name":"{{{nodeName}}}"}}""");
        Assert.Equal(201, node.Code);
        var status = await admin.PatchAsync($"/api/v1/nodes/{nodeName}/status", "merge-patch+json", $$$$"""{"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":{{{{Port}}}} } } } }""");
        Assert.Equal(200, status.Code);
        var pod = await admin.PostAsync($"/api/v1/namespaces/{@namespace}/pods", $$$"""{"metadata":{"name":"p"},"spec":{"nodeName":"{{{nodeName}}}","containers":[{"name":"c","image":"i"}]}}""");
        Assert.Equal(201, pod.Code);
    }

    private async Task ServeAsync(X509Certificate2 certificate, Func<string, SslStream, Task> answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
                try
                {
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = true }, stop.Token);
                    Caller = (tls.RemoteCertificate as X509Certificate2)?.GetNameInfo(X509NameType.SimpleName, false);
                    await answer(await HeadAsync(tls, stop.Token), tls);
                }
                catch (IOException)
                {
                    // The server hung up, which is what some tests are about.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    public static async Task<string> HeadAsync(Stream stream, CancellationToken ct)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, ct) == 0)
            {
                break;
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
