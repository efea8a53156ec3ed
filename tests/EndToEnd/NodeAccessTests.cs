using System.Net;
using System.Net.Http.Headers;

namespace Navarch.EndToEnd;

/// <summary>Who reaches a node past the API server.</summary>
[Collection(ClusterCollection.Name)]
public sealed class NodeAccessTests(ClusterFixture cluster)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_monitor_reads_the_figures_of_a_node_and_nothing_else_of_it()
    {
        var kubectl = await cluster.NamespaceAsync("monitor");
        (await kubectl.RunAsync("create", "serviceaccount", "monitor")).Silent();
        (await kubectl.RunAsync("create", "clusterrole", "e2e-figures", "--verb=get", "--resource=nodes/metrics,nodes/stats")).Silent();
        (await kubectl.RunAsync("create", "clusterrolebinding", "e2e-figures", "--clusterrole=e2e-figures", "--serviceaccount=monitor:monitor")).Silent();
        var token = (await kubectl.RunAsync("create", "token", "monitor")).Silent().Trim();
        const string Where = "{.items[0].status.addresses[0].address}:{.items[0].status.daemonEndpoints.kubeletEndpoint.Port}";
        var address = (await kubectl.RunAsync("get", "nodes", "-o", $"jsonpath={Where}")).Silent().Trim();
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://{address}") };

        Assert.Equal((HttpStatusCode.Unauthorized, "Unauthorized"), await AskAsync(client, "/metrics/resource", null));
        Assert.Equal((HttpStatusCode.Unauthorized, "Unauthorized"), await AskAsync(client, "/metrics/resource", token + "x"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, "/metrics/resource", token)).Code);
        Assert.Equal(
            (HttpStatusCode.Forbidden, "Forbidden (user=system:serviceaccount:monitor:monitor, verb=get, resource=nodes, subresource(s)=[pods proxy])"),
            await AskAsync(client, "/pods", token));
        Assert.Equal(
            (HttpStatusCode.Forbidden, "Forbidden (user=system:serviceaccount:monitor:monitor, verb=create, resource=nodes, subresource(s)=[proxy])"),
            await AskAsync(client, "/exec/monitor/pod/container?command=id", token));
        (await kubectl.RunAsync("delete", "clusterrole,clusterrolebinding", "e2e-figures")).Succeeded();
    }

    private static async Task<(HttpStatusCode Code, string Text)> AskAsync(HttpClient client, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }
}
