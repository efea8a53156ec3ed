using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Tests.Pods;

public sealed class AdmissionTests
{
    private static readonly Map<Quantity> Node = Map<Quantity>.Empty
        .With("cpu", Quantity.Parse("2")).With("memory", Quantity.Parse("1Gi")).With("pods", Quantity.Parse("3"));

    [Fact]
    public void A_pod_that_does_not_fit_is_refused_with_figures()
    {
        var rejection = Admission.Check(Pod("1500m"), [Pod("1")], Node);

        Assert.Equal(
            new Rejection("OutOfcpu", "Pod was rejected: Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000"), rejection);
        Assert.Null(Admission.Check(Pod("1"), [Pod("1")], Node));
        Assert.Equal("OutOfpods", Admission.Check(Pod("1m"), [Pod("1m"), Pod("1m"), Pod("1m")], Node)?.Reason);
    }

    [Theory]
    [InlineData("kernel.shm_rmid_forced", null)]
    [InlineData("net/ipv4/tcp_syncookies", null)]
    [InlineData("kernel.msgmax", "Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not allowlisted")]
    [InlineData("net.core.somaxconn", "Pod was rejected: forbidden sysctl: \"net.core.somaxconn\" not allowlisted")]
    public void A_pod_sets_no_parameter_of_the_kernel_that_others_feel(string name, string? message)
    {
        var rejection = Admission.Check(WithSysctl(name), [], Node);

        Assert.Equal(message, rejection?.Message);
        Assert.Equal(message is null ? null : "SysctlForbidden", rejection?.Reason);
    }

    [Fact]
    public void A_pod_in_the_nodes_network_leaves_its_parameters_alone()
    {
        var pod = WithSysctl("net.ipv4.tcp_syncookies");

        Assert.Equal(
            "Pod was rejected: forbidden sysctl: \"net.ipv4.tcp_syncookies\" not allowed with host net enabled",
            Admission.Check(pod with { Spec = pod.Spec with { HostNetwork = true } }, [], Node)?.Message);
    }

    private static Pod WithSysctl(string name)
    {
        var pod = Pod("1m");
        return pod with { Spec = pod.Spec with { SecurityContext = new PodSecurityContext { Sysctls = [new Sysctl { Name = name, Value = "1" }] } } };
    }

    [Fact]
    public void Pods_that_have_ended_take_no_room()
    {
        Assert.Null(Admission.Check(Pod("2"), [Pod("2").With(phase: PodPhase.PodSucceeded)], Node));
    }

    [Fact]
    public void Burstable_pods_weigh_what_they_ask_for_together()
    {
        Assert.Equal(2, ClassCgroups.SharesOf([A.Pod(A.Container("besteffort"))]));
        Assert.Equal(1536, ClassCgroups.SharesOf([Pod("1"), Pod("500m"), Pod("4").With(phase: PodPhase.PodFailed)]));
    }

    private static Pod Pod(string cpu) => A.Pod(A.Container("a") with
    {
        Resources = new ResourceRequirements { Requests = Map<Quantity>.Empty.With("cpu", Quantity.Parse(cpu)) },
    });
}
