namespace Navarch.EndToEnd;

/// <summary>Pods find services by name, and everything else as their node does.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DnsTests(ClusterFixture cluster)
{
    private const string Zone = "named.svc.cluster.local";

    [Fact]
    public async Task A_pod_reaches_services_by_name_and_looks_up_all_kinds_of_names()
    {
        var kubectl = await cluster.NamespaceAsync("named");
        (await kubectl.ApplyAsync("named-services.yaml")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/backend-0", "pod/frontend", "pod/on-host", "--timeout=90s")).Silent();
        var service = (await kubectl.RunAsync("get", "service", "backend", "-o", "jsonpath={.spec.clusterIP}")).Silent();
        var pod = (await kubectl.RunAsync("get", "pod", "backend-0", "-o", "jsonpath={.status.podIP}")).Silent();
        await Wait.UntilAsync("the pod is behind its services", () => kubectl.RunAsync("get", "endpointslices", "-o", "jsonpath={.items[*].endpoints[*].addresses}"), all => all.Split(pod).Length == 3);

        // Rules and names follow the API a moment later.
        foreach (var name in (string[])["backend", "members"])
        {
            await Wait.UntilAsync($"{name} answers", () => kubectl.RunAsync("exec", "frontend", "--", "sh", "-c", $"curl --silent --max-time 10 http://{name}/"), page => page.Contains("Welcome to nginx", StringComparison.Ordinal));
        }

        foreach (var name in (string[])["backend", "backend.named", "backend.named.svc", $"backend.{Zone}", $"backend.{Zone}.", "members", "backend-0.members", "elsewhere"])
        {
            Assert.Contains("Welcome to nginx", await InAsync(kubectl, "frontend", $"curl --silent --show-error --max-time 10 http://{name}/"), StringComparison.Ordinal);
        }

        Assert.Contains("Welcome to nginx", await InAsync(kubectl, "on-host", "curl --silent --show-error --max-time 10 http://backend/"), StringComparison.Ordinal);
        Assert.Contains($"Address: {service}", await LookUpAsync(kubectl, "a", $"backend.{Zone}"), StringComparison.Ordinal);
        Assert.Contains($"Address: {pod}", await LookUpAsync(kubectl, "a", $"members.{Zone}"), StringComparison.Ordinal);
        Assert.Contains($"service = 0 100 80 backend.{Zone}", await LookUpAsync(kubectl, "srv", $"_http._tcp.backend.{Zone}"), StringComparison.Ordinal);
        Assert.Contains($"service = 0 100 80 backend-0.members.{Zone}", await LookUpAsync(kubectl, "srv", $"_http._tcp.members.{Zone}"), StringComparison.Ordinal);
        var reversed = string.Join('.', service.Split('.').Reverse());
        Assert.Contains($"name = backend.{Zone}", await LookUpAsync(kubectl, "ptr", $"{reversed}.in-addr.arpa"), StringComparison.Ordinal);
        var missing = await kubectl.RunAsync("exec", "frontend", "--", "nslookup", "-type=a", $"nobody.{Zone}");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("NXDOMAIN", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_of_dns_is_where_everybody_looks_for_it()
    {
        Needs.Kubectl();
        var kubectl = new Kubectl(Kubectl.Default, cluster.Kubeconfig, "kube-system");
        var address = (await kubectl.RunAsync("get", "service", "kube-dns", "-o", "jsonpath={.spec.clusterIP}")).Silent();
        var network = (await kubectl.RunAsync("get", "servicecidr", "kubernetes", "-o", "jsonpath={.spec.cidrs[0]}")).Silent();

        Assert.Equal(network.Split('/')[0][..^1] + "10", address);
        var figures = await Command.RunAsync("curl", ["--silent", "--show-error", "--noproxy", "*", "--max-time", "10", $"http://{address}:9153/metrics"]);
        Assert.Contains("navarch_dns_services", figures.Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain($" {address} ", await File.ReadAllTextAsync("/proc/net/nf_conntrack", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<string> InAsync(Kubectl kubectl, string pod, string command) =>
        (await kubectl.RunAsync("exec", pod, "--", "sh", "-c", command)).Succeeded();

    private static Task<string> LookUpAsync(Kubectl kubectl, string type, string name) => InAsync(kubectl, "frontend", $"nslookup -type={type} {name}");
}
