using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Tests.Pods;
using Mount = Navarch.Kubelet.Cri.V1.Mount;

namespace Navarch.Kubelet.Tests.Attacks;

/// <summary>What a pod's definition promises is kept, or the pod does not run.</summary>
public sealed class GuaranteesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("nkmounts").FullName;

    [Fact]
    public void What_cannot_be_enforced_is_refused()
    {
        var armored = Secured(new PodSecurityContext { AppArmorProfile = new AppArmorProfile { Type = AppArmorProfileType.RuntimeDefault } });

        Assert.Equal("AppArmor", Guarantees.Check(armored, hasAppArmor: false)?.Reason);
        Assert.Null(Guarantees.Check(armored, hasAppArmor: true));
        Assert.Equal(
            "SupplementalGroupsPolicyNotSupported",
            Guarantees.Check(Secured(new PodSecurityContext { SupplementalGroupsPolicy = SupplementalGroupsPolicy.Strict }), hasAppArmor: true)?.Reason);
        Assert.Null(Guarantees.Check(A.Pod(A.Container("main")), hasAppArmor: false));
    }

    [Fact]
    public void The_profiles_of_a_container_reach_the_runtime()
    {
        var container = A.Container("main") with
        {
            SecurityContext = new SecurityContext
            {
                AppArmorProfile = new AppArmorProfile { Type = AppArmorProfileType.Localhost, LocalhostProfile = "strict" },
                SELinuxOptions = new SELinuxOptions { Type = "svirt_t", Level = "s0:c1,c2" },
            },
        };

        var context = SecurityRules.Of(A.Pod(container), container, "/seccomp");

        Assert.Equal((SecurityProfile.Types.ProfileType.Localhost, "strict"), (context.Apparmor.ProfileType, context.Apparmor.LocalhostRef));
        Assert.Equal(("svirt_t", "s0:c1,c2"), (context.SelinuxOptions.Type, context.SelinuxOptions.Level));
    }

    [Fact]
    public void Volumes_that_the_kubelet_writes_cannot_be_written_by_containers()
    {
        var container = A.Container("main") with { VolumeMounts = [.. "csdpe".Select(name => new VolumeMount { Name = $"{name}", MountPath = $"/{name}" })] };
        var pod = A.Pod(container);
        pod = pod with
        {
            Spec = pod.Spec with
            {
                Volumes =
                [
                    new Volume { Name = "c", ConfigMap = new ConfigMapVolumeSource { Name = "x" } },
                    new Volume { Name = "s", Secret = new SecretVolumeSource { SecretName = "x" } },
                    new Volume { Name = "d", DownwardAPI = new DownwardAPIVolumeSource() },
                    new Volume { Name = "p", Projected = new ProjectedVolumeSource() },
                    new Volume { Name = "e", EmptyDir = new EmptyDirVolumeSource() },
                ],
            },
        };

        var mounts = MountsOf(pod, container);

        Assert.Equal(["/c", "/d", "/p", "/s"], mounts.Where(mount => mount.Readonly).Select(mount => mount.ContainerPath).Order());
    }

    [Fact]
    public void A_mount_that_must_be_read_only_all_the_way_down_is_refused_where_it_would_not_be()
    {
        var container = A.Container("main") with
        {
            VolumeMounts = [new VolumeMount { Name = "e", MountPath = "/e", ReadOnly = true, RecursiveReadOnly = RecursiveReadOnlyMode.RecursiveReadOnlyEnabled }],
        };

        Assert.Throws<ConfigurationException>(() => MountsOf(A.Pod(container), container));
    }

    [Fact]
    public void No_pod_makes_the_list_of_all_pods_too_long_to_be_told()
    {
        const int PodsMax = 110;
        var long64 = Enumerable.Range(0, 4).ToDictionary(i => $"note-{i}", _ => new string('é', 32 * 1024));
        var pod = A.Pod(A.Container("main"));
        pod = pod with { Metadata = pod.Metadata with { Annotations = [.. long64], Labels = [.. long64] } };
        var config = new KubeletConfig { NodeName = "node", NodeIP = "192.0.2.1", RuntimeEndpoint = "" };

        var sandbox = new SandboxConfigs(config, new PodCgroups("/test", Navarch.Kubelet.Cgroups.CgroupDriver.Systemd), new LogFiles(_root)).Of(pod, 0, ResolvConf.Empty);

        Assert.True(sandbox.CalculateSize() * PodsMax < GrpcFrame.MessageLengthMax);
        Assert.Equal("uid-1", sandbox.Labels[RuntimeLabels.PodUid]);
        var container = A.Container("main") with { TerminationMessagePath = "/" + new string('x', 1 << 20) };
        Assert.Throws<ConfigurationException>(() => MountsOf(A.Pod(container), container));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private List<Mount> MountsOf(Pod pod, Navarch.Api.Core.V1.Container container) =>
        new ContainerMounts(new PodDirectories(_root)).Of(
            pod, container, 0, container.VolumeMounts.ToDictionary(mount => mount.Name, mount => _root), new Dictionary<string, string>());

    private static Pod Secured(PodSecurityContext context)
    {
        var pod = A.Pod(A.Container("main"));
        return pod with { Spec = pod.Spec with { SecurityContext = context } };
    }
}
