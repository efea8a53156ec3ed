using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Tests.Pods;

public sealed class PodNetworkTests
{
    private static readonly KubeletConfig Config = new()
    {
        NodeName = "node", NodeIP = "192.0.2.1", RuntimeEndpoint = "", ClusterDns = ["10.96.0.10"],
    };

    private static readonly ResolvConf Host = ResolvConf.Parse("# comment\nnameserver 192.0.2.53\nsearch example.test other.test\noptions ndots:2 timeout:1\n");

    [Fact]
    public void Cluster_pods_ask_the_clusters_DNS_and_search_their_namespace_first()
    {
        var resolver = PodNetwork.Resolver(A.Pod(), Config, Host);

        Assert.Equal(["10.96.0.10"], resolver.Servers);
        Assert.Equal(["default.svc.cluster.local", "svc.cluster.local", "cluster.local", "example.test", "other.test"], resolver.Searches);
        Assert.Equal(["ndots:5", "timeout:1"], resolver.Options.Order());
    }

    [Fact]
    public void Policies_choose_the_resolver()
    {
        Assert.Equal(["192.0.2.53"], Of(DNSPolicy.DNSDefault, hostNetwork: false).Servers);
        Assert.Equal(["192.0.2.53"], Of(DNSPolicy.DNSClusterFirst, hostNetwork: true).Servers);
        Assert.Equal(["10.96.0.10"], Of(DNSPolicy.DNSClusterFirstWithHostNet, hostNetwork: true).Servers);
        Assert.Empty(Of(DNSPolicy.DNSNone, hostNetwork: false).Servers);

        static ResolvConf Of(string policy, bool hostNetwork)
        {
            var pod = A.Pod();
            return PodNetwork.Resolver(pod with { Spec = pod.Spec with { DNSPolicy = policy, HostNetwork = hostNetwork } }, Config, Host);
        }
    }

    [Fact]
    public void Names_follow_hostname_and_subdomain()
    {
        var pod = A.Pod();
        pod = pod with { Spec = pod.Spec with { Hostname = "db-0", Subdomain = "db" } };

        Assert.Equal("db-0", PodNetwork.Hostname(pod, Config));
        Assert.Contains("10.1.2.3\tdb-0.db.default.svc.cluster.local\tdb-0\n", PodNetwork.HostsText(pod, Config, ["10.1.2.3"], ""));
        Assert.Equal("node", PodNetwork.Hostname(pod with { Spec = pod.Spec with { HostNetwork = true } }, Config));
        Assert.True(PodNetwork.Hostname(A.Pod() with { Metadata = A.Pod().Metadata with { Name = new string('a', 100) } }, Config).Length == 63);
    }

    [Theory]
    [InlineData("a $(X) b", "a 1 b")]
    [InlineData("$$(X)", "$(X)")]
    [InlineData("$(Y)", "$(Y)")]
    [InlineData("$", "$")]
    [InlineData("$(X", "$(X")]
    [InlineData("$x $$ $(X)$(X)", "$x $ 11")]
    public void References_to_variables_are_replaced(string text, string expected) =>
        Assert.Equal(expected, VariableExpansion.Expand(text, name => name == "X" ? "1" : null));
}
