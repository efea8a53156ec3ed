using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Kubelet.Tests.Runtime;

namespace Navarch.Kubelet.Tests.Attacks;

/// <summary>All at once, in real containers: the node goes on and nothing is left.</summary>
[Collection("containerd")]
public sealed class HostilePodTests(PrivateContainerd containerd)
{
    [Fact]
    public async Task A_hostile_pod_harms_nobody_and_can_be_removed()
    {
        await using var node = await TestNode.StartAsync(containerd, "hostile");
        await node.Cluster.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "config", Namespace = "default" }, Data = [new("key", "value")] }, default);
        var mounts = (VolumeMount[])
        [
            new VolumeMount { Name = "v", MountPath = "/v" },
            new VolumeMount { Name = "c", MountPath = "/c" },
        ];
        var pod = await node.RunAsync("hostile", new PodSpec
        {
            InitContainers = [TestNode.Shell("prepare", "mkfifo /v/pipe; cd /v; touch $(printf 'x\\377'); mkdir -p $(printf 'd\\376')/e; ln -s / root; true") with { VolumeMounts = mounts }],
            Containers =
            [
                // Where the kubelet looks for the last words there is a pipe beneath, that nobody writes to.
                TestNode.Shell("main", "echo words > /dev/termination-log; rm /c/key; echo evil > /c/..data/key; mv /c/..data /c/x && echo 'was written'; dd if=/dev/zero of=/etc/hosts bs=1 count=0 seek=1000000000000; exit 3")
                    with { VolumeMounts = [.. mounts, new VolumeMount { Name = "v", MountPath = "/dev/termination-log", SubPath = "pipe" }] },
            ],
            Volumes =
            [
                new Volume { Name = "v", EmptyDir = new EmptyDirVolumeSource() },
                new Volume { Name = "c", ConfigMap = new ConfigMapVolumeSource { Name = "config" } },
            ],
            TerminationGracePeriodSeconds = 1,
        });

        var ended = await node.UntilAsync("hostile", pod => pod.Status.ContainerStatuses is [{ RestartCount: >= 1, LastTerminationState.Terminated: not null }], "it has ended twice");
        Assert.Equal("words\n", ended.Status.ContainerStatuses[0].LastTerminationState.Terminated!.Message);
        Assert.DoesNotContain("was written", await KubeletTests.LogAsync(node, "hostile", _ => true));
        await node.RunAsync("good", "sleep 1000");
        await node.UntilReadyAsync("good");

        await node.DeleteAsync("hostile", graceSeconds: 1);

        await node.UntilGoneAsync("hostile");
        await Eventually.TrueAsync(() => !Directory.Exists(Path.Combine(node.RootDirectory, "pods", pod.Metadata.UID)), "its directory is gone");
    }
}
