using System.Globalization;
using System.Net;
using Navarch.Api;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Kernel;
using Navarch.Kubelet.Tests.Runtime;

namespace Navarch.Kubelet.Tests;

/// <summary>Real pods in real containers.</summary>
[Collection("containerd")] // A kubelet owns every pod of its runtime: one at a time.
public sealed class KubeletTests(PrivateContainerd containerd)
{
    [Fact]
    public async Task The_node_is_registered_with_what_it_is_and_has()
    {
        await using var node = await TestNode.StartAsync(containerd, "register");

        var registered = node.Cluster.Find<Node>("", "register")!;
        Assert.Equal("register", registered.Metadata.Labels["kubernetes.io/hostname"]);
        Assert.Equal(new Quantity(Environment.ProcessorCount), registered.Status.Capacity["cpu"]);
        Assert.Equal(new Quantity(110), registered.Status.Allocatable["pods"]);
        Assert.StartsWith("containerd://", registered.Status.NodeInfo.ContainerRuntimeVersion);
        Assert.Equal("v1.36.0", registered.Status.NodeInfo.KubeletVersion);
        Assert.Equal(node.Port, registered.Status.DaemonEndpoints.KubeletEndpoint.Port);
        Assert.Equal(["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"], registered.Status.Conditions.Select(c => c.Type));
        await Eventually.TrueAsync(() => node.Cluster.Find<Lease>("kube-node-lease", "register") is not null, "the lease is held");
    }

    [Fact]
    public async Task A_pod_runs_is_ready_and_leaves_nothing_when_deleted()
    {
        await using var node = await TestNode.StartAsync(containerd, "lifecycle");
        var pod = await node.RunAsync("web", "trap 'exit 0' TERM; echo started; while true; do sleep 0.1; done");

        var ready = await node.UntilReadyAsync("web");
        Assert.Equal(PodPhase.PodRunning, ready.Status.Phase);
        Assert.StartsWith("10.250.77.", ready.Status.PodIP);
        Assert.Equal("127.0.0.1", ready.Status.HostIP);
        Assert.StartsWith("containerd://", ready.Status.ContainerStatuses[0].ContainerID);
        Assert.Equal(PrivateContainerd.Image, ready.Status.ContainerStatuses[0].Image);
        foreach (var reason in (string[])["Pulled", "Created", "Started"])
        {
            await Eventually.TrueAsync(() => node.HasEvent(reason, ""), $"the event {reason}");
        }
        var tree = new CgroupTree();
        var group = $"{PrivateContainerd.CgroupParent}/lifecycle/kubepods/besteffort/pod{pod.Metadata.UID}";
        Assert.True(tree.Exists(group));

        await node.DeleteAsync("web");
        await node.UntilGoneAsync("web");
        Assert.False(Directory.Exists(Path.Combine(node.RootDirectory, "pods", pod.Metadata.UID)));
        Assert.Empty(Directory.GetDirectories(node.LogsDirectory));
        Assert.False(tree.Exists(group));
        await Eventually.TrueAsync(() => node.HasEvent("Killing", "Stopping container main"), "the event Killing");
    }

    [Fact]
    public async Task A_container_that_crashes_is_restarted_and_then_waits()
    {
        await using var node = await TestNode.StartAsync(containerd, "crash");
        await node.RunAsync("crash", "echo last words > /dev/termination-log; exit 3");

        var waiting = await node.UntilAsync(
            "crash", pod => pod.Status.ContainerStatuses is [{ State.Waiting.Reason: "CrashLoopBackOff", RestartCount: >= 1 }], "the crash loop is seen");
        var last = waiting.Status.ContainerStatuses[0].LastTerminationState.Terminated!;
        Assert.Equal((3, "Error", "last words\n"), (last.ExitCode, last.Reason, last.Message));
        Assert.StartsWith("back-off 10s restarting failed container=main pod=crash_default(", waiting.Status.ContainerStatuses[0].State.Waiting!.Message);
        Assert.Equal(PodPhase.PodRunning, waiting.Status.Phase);
        await Eventually.TrueAsync(() => node.HasEvent("BackOff", "Back-off restarting failed container main in pod crash_default("), "the event BackOff");
    }

    [Theory]
    [InlineData("exit 0", PodPhase.PodSucceeded)]
    [InlineData("exit 1", PodPhase.PodFailed)]
    public async Task A_pod_that_is_never_restarted_ends_as_its_container_does(string script, string phase)
    {
        await using var node = await TestNode.StartAsync(containerd, "once" + phase.ToLowerInvariant());
        await node.RunAsync("once", script, RestartPolicy.Never);

        var ended = await node.UntilAsync("once", pod => pod.Status.Phase == phase, $"the phase is {phase}");
        Assert.Equal(0, ended.Status.ContainerStatuses[0].RestartCount);
        using var http = node.Http();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/containerLogs/default/once/main")).StatusCode);
    }

    [Fact]
    public async Task A_restarted_kubelet_adopts_running_pods_and_clears_those_deleted_meanwhile()
    {
        await using var node = await TestNode.StartAsync(containerd, "adopt");
        await node.RunAsync("stays", new PodSpec
        {
            Containers = [TestNode.Shell("main", "sleep 1000") with { ReadinessProbe = new Probe { Exec = new ExecAction { Command = ["true"] }, PeriodSeconds = 1 } }],
        });
        var goes = await node.RunAsync("goes", "sleep 1000");
        var before = await node.UntilReadyAsync("stays");
        await node.UntilReadyAsync("goes");

        await node.StopKubeletAsync();
        await node.DeleteAsync("goes", graceSeconds: 0);
        var version = node.Cluster.Find<Pod>("default", "stays")!.Metadata.ResourceVersion;
        node.StartKubelet();

        using var runtime = await containerd.RuntimeAsync();
        await Eventually.TrueAsync(
            async () => (await runtime.ListPodSandboxesAsync(new Dictionary<string, string> { ["io.kubernetes.pod.uid"] = goes.Metadata.UID }, default)).Count == 0,
            "the orphan is gone");
        await Eventually.TrueAsync(() => !Directory.Exists(Path.Combine(node.RootDirectory, "pods", goes.Metadata.UID)), "its files are gone");
        var after = node.Cluster.Find<Pod>("default", "stays")!;
        Assert.Equal(before.Status.ContainerStatuses[0].ContainerID, after.Status.ContainerStatuses[0].ContainerID);
        Assert.Equal(0, after.Status.ContainerStatuses[0].RestartCount);
        Assert.Equal(version, after.Metadata.ResourceVersion); // Not even its status was written anew.
    }

    [Fact]
    public async Task Environment_volumes_and_names_are_what_the_pod_says()
    {
        await using var node = await TestNode.StartAsync(containerd, "config");
        await node.Cluster.CreateAsync(
            new ConfigMap { Metadata = new ObjectMeta { Name = "settings", Namespace = "default" }, Data = Map<string>.Empty.With("color", "blue").With("size", "7") }, default);
        await node.Cluster.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Name = "login", Namespace = "default" }, Data = Map<ReadOnlyMemory<byte>>.Empty.With("password", "s3cret"u8.ToArray()) }, default);
        await node.Cluster.CreateAsync(
            new Service
            {
                Metadata = new ObjectMeta { Name = "db", Namespace = "default" },
                Spec = new ServiceSpec { ClusterIP = "10.96.0.77", Ports = [new ServicePort { Port = 5432, Protocol = "TCP" }] },
            }, default);

        await node.RunAsync("conf", new PodSpec
        {
            Containers =
            [
                TestNode.Shell("main", """
                    echo "color=$COLOR pass=$PASSWORD name=$NAME db=$DB_SERVICE_HOST:$DB_SERVICE_PORT greeting=$GREETING size=$size"
                    echo "file=$(cat /etc/settings/color) secret=$(cat /etc/login/password) token=$(cat /var/run/token/token) label=$(cat /etc/podinfo/labels)"
                    echo "sub=$(cat /sub.txt) mem=$(grep -c ' /scratch tmpfs' /proc/mounts) hosts=$(grep -c conf /etc/hosts) alias=$(grep -c example.test /etc/hosts)"
                    echo "dns=$(cat /etc/resolv.conf | tr '\n' ' ') host=$(hostname) id=$(id -u):$(id -g)"
                    while true; do sleep 0.1; done
                    """) with
                {
                    EnvFrom = [new EnvFromSource { ConfigMapRef = new ConfigMapEnvSource { Name = "settings" } }],
                    Env =
                    [
                        new EnvVar { Name = "COLOR", ValueFrom = new EnvVarSource { ConfigMapKeyRef = new ConfigMapKeySelector { Name = "settings", Key = "color" } } },
                        new EnvVar { Name = "PASSWORD", ValueFrom = new EnvVarSource { SecretKeyRef = new SecretKeySelector { Name = "login", Key = "password" } } },
                        new EnvVar { Name = "NAME", ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = "metadata.name" } } },
                        new EnvVar { Name = "GREETING", Value = "hello-$(NAME)-$$(NAME)-$(MISSING)" },
                    ],
                    VolumeMounts =
                    [
                        new VolumeMount { Name = "settings", MountPath = "/etc/settings" },
                        new VolumeMount { Name = "login", MountPath = "/etc/login", ReadOnly = true },
                        new VolumeMount { Name = "scratch", MountPath = "/scratch" },
                        new VolumeMount { Name = "token", MountPath = "/var/run/token" },
                        new VolumeMount { Name = "podinfo", MountPath = "/etc/podinfo" },
                        new VolumeMount { Name = "settings", MountPath = "/sub.txt", SubPath = "color" },
                    ],
                    SecurityContext = new SecurityContext { RunAsUser = 101, RunAsGroup = 102 },
                },
            ],
            TerminationGracePeriodSeconds = 1,
            HostAliases = [new HostAlias { IP = "192.0.2.9", Hostnames = ["example.test"] }],
            Volumes =
            [
                new Volume { Name = "settings", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } },
                new Volume { Name = "login", Secret = new SecretVolumeSource { SecretName = "login" } },
                new Volume { Name = "scratch", EmptyDir = new EmptyDirVolumeSource { Medium = "Memory" } },
                new Volume { Name = "token", Projected = new ProjectedVolumeSource { Sources = [new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Path = "token" } }] } },
                new Volume { Name = "podinfo", DownwardAPI = new DownwardAPIVolumeSource { Items = [new DownwardAPIVolumeFile { Path = "labels", FieldRef = new ObjectFieldSelector { FieldPath = "metadata.labels" } }] } },
            ],
        }, Map<string>.Empty.With("app", "conf"));
        var pod = await node.UntilReadyAsync("conf");

        var log = await LogAsync(node, "conf", text => text.Contains("id="));
        Assert.Contains("color=blue pass=s3cret name=conf db=10.96.0.77:5432 greeting=hello-conf-$(NAME)-$(MISSING) size=7", log);
        Assert.Contains("file=blue secret=s3cret token=token-1 label=app=\"conf\"", log);
        Assert.Contains("sub=blue mem=1 hosts=1 alias=1", log);
        Assert.Contains("dns=search default.svc.cluster.local svc.cluster.local cluster.local", log);
        Assert.Contains("nameserver 10.96.0.10", log);
        Assert.Contains("options ndots:5", log);
        Assert.Contains("host=conf id=101:102", log);

        // A change of the object reaches the file without a restart.
        var map = node.Cluster.Find<ConfigMap>("default", "settings")!;
        await node.Cluster.UpdateAsync(map with { Data = map.Data.With("color", "red") }, default);
        var file = Path.Combine(node.RootDirectory, "pods", pod.Metadata.UID, "volumes/kubernetes.io~configmap/settings/color");
        await Eventually.TrueAsync(() => File.ReadAllText(file) == "red", "the file has the new color");

        await node.DeleteAsync("conf");
        await node.UntilGoneAsync("conf");
        Assert.Empty(Posix.MountsBelow(node.RootDirectory));
    }

    [Fact]
    public async Task What_is_missing_is_named_and_waited_for()
    {
        await using var node = await TestNode.StartAsync(containerd, "missing");
        await node.RunAsync("env", new PodSpec
        {
            Containers = [TestNode.Shell("main", "sleep 1000") with { EnvFrom = [new EnvFromSource { ConfigMapRef = new ConfigMapEnvSource { Name = "later" } }] }],
        });
        await node.RunAsync("vol", new PodSpec
        {
            Containers = [TestNode.Shell("main", "sleep 1000") with { VolumeMounts = [new VolumeMount { Name = "v", MountPath = "/v" }] }],
            Volumes = [new Volume { Name = "v", ConfigMap = new ConfigMapVolumeSource { Name = "later" } }],
        });

        await node.UntilAsync("env", pod => pod.Status.ContainerStatuses is
            [{ State.Waiting: { Reason: "CreateContainerConfigError", Message: "configmap \"later\" not found" } }], "the reason is in the status");
        await Eventually.TrueAsync(
            () => node.HasEvent("FailedMount", "MountVolume.SetUp failed for volume \"v\" : configmap \"later\" not found"), "the event FailedMount");
        await node.Cluster.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Name = "later", Namespace = "default" } }, default);
        await node.UntilReadyAsync("env");
        await node.UntilReadyAsync("vol");
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_is_reported_and_the_pod_can_still_be_deleted()
    {
        await using var node = await TestNode.StartAsync(containerd, "image");
        await node.RunAsync("pull", new PodSpec { Containers = [TestNode.Shell("main", "true") with { Image = "127.0.0.1:1/no/such:image" }] });
        await node.RunAsync("never", new PodSpec { Containers = [TestNode.Shell("main", "true") with { Image = "localhost/none:1", ImagePullPolicy = PullPolicy.PullNever }] });

        await node.UntilAsync("pull", pod => pod.Status.ContainerStatuses is [{ State.Waiting.Reason: "ErrImagePull" }], "ErrImagePull");
        await node.UntilAsync("pull", pod => pod.Status.ContainerStatuses is [{ State.Waiting: { Reason: "ImagePullBackOff" } waiting }]
            && waiting.Message.StartsWith("Back-off pulling image \"127.0.0.1:1/no/such:image\": ErrImagePull: rpc error", StringComparison.Ordinal), "ImagePullBackOff");
        await node.UntilAsync("never", pod => pod.Status.ContainerStatuses is [{ State.Waiting.Reason: "ErrImageNeverPull" }], "ErrImageNeverPull");
        await Eventually.TrueAsync(() => node.HasEvent("Failed", "Failed to pull image \"127.0.0.1:1/no/such:image\": rpc error: code = "), "the event Failed");
        await Eventually.TrueAsync(() => node.HasEvent("BackOff", "Back-off pulling image \"127.0.0.1:1/no/such:image\""), "the event BackOff");
        await node.DeleteAsync("pull");
        await node.UntilGoneAsync("pull");
    }

    [Fact]
    public async Task Probes_decide_readiness_and_restarts()
    {
        await using var node = await TestNode.StartAsync(containerd, "probes");
        await node.RunAsync("http", new PodSpec
        {
            Containers =
            [
                TestNode.Shell("main", "mkdir /www; echo ok > /www/ready; exec httpd -f -p 8080 -h /www") with
                {
                    Ports = [new ContainerPort { Name = "web", ContainerPortValue = 8080 }],
                    ReadinessProbe = new Probe { HTTPGet = new HTTPGetAction { Path = "/ready", Port = new IntOrString("web") }, PeriodSeconds = 1, FailureThreshold = 1 },
                    LivenessProbe = new Probe { TCPSocket = new TCPSocketAction { Port = 8080 }, PeriodSeconds = 1, FailureThreshold = 30 },
                    StartupProbe = new Probe { Exec = new ExecAction { Command = ["test", "-f", "/www/ready"] }, PeriodSeconds = 1 },
                },
            ],
            TerminationGracePeriodSeconds = 1,
        });
        var pod = await node.UntilReadyAsync("http");

        using var runtime = await containerd.RuntimeAsync();
        var id = pod.Status.ContainerStatuses[0].ContainerID["containerd://".Length..];
        await runtime.ExecSyncAsync(id, ["rm", "/www/ready"], TimeSpan.FromSeconds(10), default);
        await node.UntilAsync("http", now => !now.Status.ContainerStatuses[0].Ready, "the pod is not ready any more");
        await Eventually.TrueAsync(() => node.HasEvent("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404"), "the event Unhealthy");

        await node.RunAsync("dying", new PodSpec
        {
            Containers =
            [
                TestNode.Shell("main", "sleep 1000") with { LivenessProbe = new Probe { Exec = new ExecAction { Command = ["false"] }, PeriodSeconds = 1, FailureThreshold = 1 } },
            ],
            TerminationGracePeriodSeconds = 1,
        });
        await node.UntilAsync("dying", now => now.Status.ContainerStatuses is [{ RestartCount: > 0 }], "the container was restarted");
        await Eventually.TrueAsync(() => node.HasEvent("Killing", "Container main failed liveness probe, will be restarted"), "the event Killing");
    }

    [Fact]
    public async Task Init_containers_and_sidecars_come_first()
    {
        await using var node = await TestNode.StartAsync(containerd, "init");
        await node.RunAsync("init", new PodSpec
        {
            InitContainers =
            [
                TestNode.Shell("first", "echo one > /data/x") with { VolumeMounts = [new VolumeMount { Name = "data", MountPath = "/data" }] },
                TestNode.Shell("side", "sleep 1000") with { RestartPolicy = ContainerRestartPolicy.Always },
            ],
            Containers = [TestNode.Shell("main", "cat /data/x; exit 0") with { VolumeMounts = [new VolumeMount { Name = "data", MountPath = "/data" }] }],
            Volumes = [new Volume { Name = "data", EmptyDir = EmptyDirVolumeSource.Empty }],
            RestartPolicy = RestartPolicy.Never,
            TerminationGracePeriodSeconds = 1,
        });

        var ended = await node.UntilAsync("init", pod => pod.Status.Phase == PodPhase.PodSucceeded, "the pod succeeded");
        Assert.Equal("Completed", ended.Status.InitContainerStatuses[0].State.Terminated!.Reason);
        await node.UntilAsync("init", pod => pod.Status.InitContainerStatuses[1].State.Terminated is not null, "the sidecar was stopped");
        Assert.Contains("one", await LogAsync(node, "init", text => text.Length > 0));
    }

    [Fact]
    public async Task Hooks_run_and_a_slow_container_is_killed_after_its_grace()
    {
        await using var node = await TestNode.StartAsync(containerd, "hooks");
        var shared = Path.Combine(node.RootDirectory, "shared");
        Directory.CreateDirectory(shared);
        await node.RunAsync("hooks", new PodSpec
        {
            Containers =
            [
                TestNode.Shell("main", "trap '' TERM; while true; do sleep 0.1; done") with
                {
                    VolumeMounts = [new VolumeMount { Name = "host", MountPath = "/host" }],
                    Lifecycle = new Lifecycle
                    {
                        PostStart = new LifecycleHandler { Exec = new ExecAction { Command = ["touch", "/host/started"] } },
                        PreStop = new LifecycleHandler { Exec = new ExecAction { Command = ["touch", "/host/stopping"] } },
                    },
                },
            ],
            Volumes = [new Volume { Name = "host", HostPath = new HostPathVolumeSource { Path = shared, Type = HostPathType.HostPathDirectory } }],
            TerminationGracePeriodSeconds = 2,
        });
        await node.UntilReadyAsync("hooks");
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(shared, "started")), "postStart ran");

        await node.DeleteAsync("hooks");
        await node.UntilGoneAsync("hooks");
        Assert.True(File.Exists(Path.Combine(shared, "stopping")));
    }

    [Fact]
    public async Task Limits_reach_the_kernel()
    {
        await using var node = await TestNode.StartAsync(containerd, "limits");
        var pod = await node.RunAsync("limits", new PodSpec
        {
            Containers =
            [
                TestNode.Shell("main", "sleep 1000") with
                {
                    Resources = new ResourceRequirements
                    {
                        Requests = Map<Quantity>.Empty.With("cpu", Quantity.Parse("250m")).With("memory", Quantity.Parse("32Mi")),
                        Limits = Map<Quantity>.Empty.With("cpu", Quantity.Parse("500m")).With("memory", Quantity.Parse("64Mi")),
                    },
                },
            ],
        });
        await node.UntilReadyAsync("limits");

        var group = $"{PrivateContainerd.CgroupParent}/limits/kubepods/burstable/pod{pod.Metadata.UID}";
        string Read(string controller, string v1, string v2) => new CgroupTree().IsV2
            ? File.ReadAllText($"/sys/fs/cgroup{group}/{v2}").Trim()
            : File.ReadAllText($"/sys/fs/cgroup/{controller}{group}/{v1}").Trim();
        Assert.StartsWith((64L << 20).ToString(CultureInfo.InvariantCulture), Read("memory", "memory.limit_in_bytes", "memory.max"));
        Assert.StartsWith("50000", Read("cpu", "cpu.cfs_quota_us", "cpu.max"));
    }

    [Fact]
    public async Task A_runtime_that_goes_down_makes_the_node_unready_and_coming_back_mends_it()
    {
        // A containerd of its own, as the others of this test run need theirs.
        await using var own = new PrivateContainerd();
        await using var node = await TestNode.StartAsync(own, "down");
        await node.RunAsync("web", "sleep 1000");
        var before = await node.UntilReadyAsync("web");

        await own.StopDaemonAsync();
        await Eventually.TrueAsync(() => node.Cluster.Find<Node>("", "down")!.Status.Conditions.Any(
            c => c is { Type: "Ready", Status: "False", Reason: "KubeletNotReady" } && c.Message.Contains("container runtime is down")), "the node is not ready");
        own.StartDaemon();
        await Eventually.TrueAsync(() => node.Cluster.Find<Node>("", "down")!.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }), "the node is ready again");
        await node.RunAsync("second", "sleep 1000");
        await node.UntilReadyAsync("second");
        Assert.Equal(before.Status.ContainerStatuses[0].ContainerID, node.Cluster.Find<Pod>("default", "web")!.Status.ContainerStatuses[0].ContainerID);
    }

    internal static async Task<string> LogAsync(TestNode node, string pod, Func<string, bool> isComplete, string container = "main", string query = "")
    {
        using var http = node.Http();
        var text = "";
        await Eventually.TrueAsync(async () => isComplete(text = await http.GetStringAsync($"/containerLogs/default/{pod}/{container}{query}")), "the log is complete");
        return text;
    }
}
