using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Navarch.EndToEnd;

/// <summary>Certificates are replaced under everybody's hands, and nobody notices.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CertificatesTests(ClusterFixture cluster)
{
    [Fact]
    public async Task All_certificates_are_replaced_while_pods_run_and_people_work()
    {
        var kubectl = await cluster.NamespaceAsync("certificates");
        (await kubectl.RunAsync("run", "web", "--image=nginx")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/web", "--timeout=90s")).Silent();
        var processes = await ProcessesAsync();
        var server = new Uri((await kubectl.RunAsync("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")).Silent());
        var kubelet = int.Parse((await kubectl.RunAsync("get", "nodes", "-o", "jsonpath={.items[0].status.daemonEndpoints.kubeletEndpoint.Port}")).Silent(), System.Globalization.CultureInfo.InvariantCulture);
        var before = (await ShownAsync(server.Port), await ShownAsync(kubelet));

        var rotated = (await NavarchCommand.RunAsync(cluster.Kubeconfig, "certs", "rotate", "-p", ClusterFixture.Profile)).Succeeded();

        Assert.Contains("apiserver: issued", rotated, StringComparison.Ordinal);
        while (await ShownAsync(server.Port) == before.Item1 || await ShownAsync(kubelet) == before.Item2)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        Assert.Equal("web\n", (await kubectl.RunAsync("exec", "web", "--", "hostname")).Silent());
        (await kubectl.RunAsync("run", "other", "--image=nginx")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/other", "--timeout=90s")).Silent();
        Assert.Equal(processes, await ProcessesAsync());
        var all = JsonNode.Parse((await NavarchCommand.RunAsync(cluster.Kubeconfig, "certs", "check", "-p", ClusterFixture.Profile, "-o", "json")).Succeeded())!.AsArray();
        Assert.All(all, static one => Assert.Equal("Good", (string)one!["state"]!));
        Assert.Equal(cluster.Kubeconfig, (string)all[^1]!["file"]!);
    }

    private async Task<string> ProcessesAsync() => string.Join(',',
        JsonNode.Parse((await NavarchCommand.RunAsync(cluster.Kubeconfig, "status", "-p", ClusterFixture.Profile, "-o", "json")).Succeeded())!["processes"]!.AsArray()
            .Select(static process => $"{process!["name"]} {process["pid"]}"));

    private static async Task<string> ShownAsync(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = static (_, _, _, _) => true }, TestContext.Current.CancellationToken);
        return ((X509Certificate2)tls.RemoteCertificate!).SerialNumber;
    }
}
