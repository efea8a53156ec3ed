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

    // One asks every fifth of a second with what it knew when it began, and with what its volume says now, each time over a new connection.
    private const string Asker = """
        cp /var/run/secrets/kubernetes.io/serviceaccount/ca.crt /tmp/begin.crt
        while sleep 0.2; do for ca in /tmp/begin.crt /var/run/secrets/kubernetes.io/serviceaccount/ca.crt; do
          curl --silent --show-error --output /dev/null --write-out "%{http_code}\\n" --max-time 10 --cacert $ca https://kubernetes.default.svc/version 2>&1
        done; done
        """;

    [Fact]
    public async Task The_authority_is_replaced_while_pods_ask_the_api()
    {
        var kubectl = await cluster.NamespaceAsync("authority");
        (await kubectl.RunAsync("run", "asker", "--image=curlimages/curl", "--command", "--", "sh", "-c", Asker)).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/asker", "--timeout=90s")).Silent();
        await Wait.UntilAsync("the pod asks", () => kubectl.RunAsync("logs", "asker"), static log => log.Contains("200", StringComparison.Ordinal));
        var processes = await ProcessesAsync();

        Assert.Contains("ca: issued", (await NavarchCommand.RunAsync(cluster.Kubeconfig, "certs", "rotate", "ca", "-p", ClusterFixture.Profile)).Succeeded(), StringComparison.Ordinal);

        var needed = await NavarchCommand.RunAsync(cluster.Kubeconfig, "certs", "prune", "-p", ClusterFixture.Profile);
        Assert.Equal(3, needed.ExitCode);
        Assert.Contains("pod authority/asker: has run since before", needed.Output, StringComparison.Ordinal);
        Assert.Equal("asker\n", (await kubectl.RunAsync("exec", "asker", "--", "hostname")).Silent());
        Assert.Equal(["200"], (await kubectl.RunAsync("logs", "asker")).Silent().Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct());

        var pruned = (await NavarchCommand.RunAsync(cluster.Kubeconfig, "certs", "prune", "--force", "-p", ClusterFixture.Profile)).Succeeded();

        Assert.Contains($"navarch-{ClusterFixture.Profile}: dropped", pruned, StringComparison.Ordinal);
        await Wait.UntilAsync("the pod is told that the authority of its beginning is gone", () => kubectl.RunAsync("logs", "asker", "--tail=20"), static log => log.Contains("certificate", StringComparison.Ordinal));
        Assert.Contains("200", (await kubectl.RunAsync("logs", "asker", "--tail=10")).Silent(), StringComparison.Ordinal); // Of whom reads again.
        (await kubectl.RunAsync("run", "other", "--image=nginx")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/other", "--timeout=90s")).Silent();
        Assert.Equal("other\n", (await kubectl.RunAsync("exec", "other", "--", "hostname")).Silent());
        Assert.Equal(processes, await ProcessesAsync());
        (await kubectl.RunAsync("delete", "pod", "asker", "--grace-period=1")).Silent();
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
