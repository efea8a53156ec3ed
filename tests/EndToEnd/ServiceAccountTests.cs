namespace Navarch.EndToEnd;

/// <summary>A pod asks the API as its account, and is allowed exactly what roles say.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ServiceAccountTests(ClusterFixture cluster)
{
    private const string Files = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string Api = "https://kubernetes.default.svc/api/v1";

    private const string Curl = "curl --silent --output /dev/null --write-out %{http_code} --max-time 20";

    [Fact]
    public async Task A_pod_is_allowed_exactly_what_its_roles_say()
    {
        var kubectl = await cluster.NamespaceAsync("accounts");
        (await kubectl.ApplyAsync("clients.yaml")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/client", "pod/without-token", "--timeout=90s")).Silent();
        Assert.Equal("403", await AskAsync(kubectl, $"{Api}/namespaces/accounts/configmaps"));

        (await kubectl.RunAsync("create", "role", "reader", "--verb=get,list", "--resource=configmaps")).Silent();
        (await kubectl.RunAsync("create", "rolebinding", "reader", "--role=reader", "--serviceaccount=accounts:reader")).Silent();
        await UntilAsync(kubectl, "200");
        Assert.Equal("403", await AskAsync(kubectl, $"{Api}/namespaces/default/configmaps"));
        Assert.Equal("403", await AskAsync(kubectl, $"{Api}/configmaps"));
        Assert.Equal("403", await AskAsync(kubectl, $"{Api}/namespaces/accounts/secrets"));
        Assert.Equal("403", await AskAsync(kubectl, $"{Api}/namespaces/accounts/configmaps/kube-root-ca.crt", "--request DELETE"));
        Assert.Equal("200", await AskAsync(kubectl, "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/accounts/configmaps"));
        Assert.Equal("401", await InAsync(kubectl, "client", $"{Curl} --cacert {Files}/ca.crt --header 'Authorization: Bearer forged' {Api}/namespaces/accounts/configmaps"));
        Assert.Equal("401", await InAsync(kubectl, "client", $"{Curl} --cacert {Files}/ca.crt {Api}/namespaces/accounts/configmaps"));

        (await kubectl.RunAsync("delete", "rolebinding", "reader")).Silent();
        await UntilAsync(kubectl, "403");
    }

    [Fact]
    public async Task A_token_ends_with_its_pod()
    {
        var kubectl = await cluster.NamespaceAsync("ended");
        (await kubectl.ApplyAsync("clients.yaml")).Silent();
        (await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/client", "pod/without-token", "--timeout=90s")).Silent();
        var token = await InAsync(kubectl, "client", $"cat {Files}/token");
        Assert.Equal("ended", await InAsync(kubectl, "client", $"cat {Files}/namespace"));
        Assert.Equal("644 644 644", (await InAsync(kubectl, "client", $"cd {Files}; stat -L -c %a token ca.crt namespace")).ReplaceLineEndings(" ").Trim());
        Assert.Contains("tmpfs", await InAsync(kubectl, "client", $"grep {Files} /proc/mounts"), StringComparison.Ordinal);
        Assert.Equal("", await InAsync(kubectl, "without-token", $"ls {Files} 2>/dev/null || true"));
        var asked = $"{Curl} --cacert /tmp/ca.crt --header 'Authorization: Bearer {token}' {Api}/namespaces/ended/pods";
        var authority = (await kubectl.RunAsync("get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}")).Silent();
        await InAsync(kubectl, "without-token", $"printf '%s' '{authority}' > /tmp/ca.crt");
        Assert.Equal("403", await InAsync(kubectl, "without-token", asked));

        (await kubectl.RunAsync("delete", "pod", "client")).Succeeded();

        await Wait.UntilAsync("the token is refused", () => kubectl.RunAsync("exec", "without-token", "--", "sh", "-c", asked), code => code == "401");
    }

    [Fact]
    public async Task What_every_namespace_has_comes_back()
    {
        var kubectl = await cluster.NamespaceAsync("restored");
        foreach (var thing in (string[])["serviceaccount/default", "configmap/kube-root-ca.crt"])
        {
            var before = await Wait.UntilAsync($"{thing} is there", () => kubectl.RunAsync("get", thing, "-o", "jsonpath={.metadata.uid}"), uid => uid.Length > 0);
            (await kubectl.RunAsync("delete", thing)).Silent();
            await Wait.UntilAsync($"{thing} is back", () => kubectl.RunAsync("get", thing, "-o", "jsonpath={.metadata.uid}"), uid => uid.Length > 0 && uid != before);
        }
    }

    private static Task<string> AskAsync(Kubectl kubectl, string address, string options = "") =>
        InAsync(kubectl, "client", Asking(address, options));

    private static Task<string> UntilAsync(Kubectl kubectl, string code) => Wait.UntilAsync(
        $"the pod hears {code}",
        () => kubectl.RunAsync("exec", "client", "--", "sh", "-c", Asking($"{Api}/namespaces/accounts/configmaps", "")),
        heard => heard == code);

    private static string Asking(string address, string options) =>
        $"{Curl} {options} --cacert {Files}/ca.crt --header \"Authorization: Bearer $(cat {Files}/token)\" {address}";

    private static async Task<string> InAsync(Kubectl kubectl, string pod, string command) =>
        (await kubectl.RunAsync("exec", pod, "--", "sh", "-c", command)).Succeeded();
}
