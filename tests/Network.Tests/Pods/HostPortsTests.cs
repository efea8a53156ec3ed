using Navarch.Api.Core.V1;
using Navarch.Network.Pods;

namespace Navarch.Network.Tests.Pods;

public sealed class HostPortsTests
{
    [Fact]
    public void A_host_port_leads_to_its_pod()
    {
        var rules = HostPorts.For(Pod(new() { ContainerPortValue = 80, HostPort = 8080 }, new() { ContainerPortValue = 53, HostPort = 53, Protocol = Protocol.UDP, HostIP = "192.0.2.1" }, new() { ContainerPortValue = 81 }));

        Assert.Equal(["*:8080/Tcp", "192.0.2.1:53/Udp"], rules.Select(rule => rule.Frontend.ToString()));
        Assert.Equal(["10.244.0.5:80 (local)", "10.244.0.5:53 (local)"], rules.Select(rule => Assert.Single(rule.Backends).ToString()));
    }

    [Fact]
    public void Pods_without_address_on_the_hosts_network_or_done_have_none()
    {
        var pod = Pod(new ContainerPort { ContainerPortValue = 80, HostPort = 80 });

        Assert.Empty(HostPorts.For(pod with { Status = PodStatus.Empty }));
        Assert.Empty(HostPorts.For(pod with { Status = pod.Status with { Phase = PodPhase.PodSucceeded } }));
        Assert.Empty(HostPorts.For(pod with { Spec = pod.Spec with { HostNetwork = true } }));
    }

    private static Pod Pod(params ContainerPort[] ports) => new()
    {
        Spec = PodSpec.Empty with { Containers = [new() { Name = "c", Ports = ports }] },
        Status = PodStatus.Empty with { Phase = PodPhase.PodRunning, PodIP = "10.244.0.5" },
    };
}
