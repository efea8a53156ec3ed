using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Nodes.V1;
using Navarch.Client;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Nodes;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Probes;
using Navarch.Kubelet.Tests.Runtime;
using Navarch.Kubelet.Volumes;

namespace Navarch.Kubelet.Tests.Pods;

/// <summary>The loop around plans, on a runtime that waits and fails as told.</summary>
public sealed class PodWorkerTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("nkw").FullName;
    private readonly FakeRuntime _runtime = new();
    private readonly FakeCluster _cluster = new(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private NodeObjects _objects = null!;
    private Prober _prober = null!;
    private PodWorkers _workers = null!;

    public ValueTask InitializeAsync()
    {
        var config = new KubeletConfig { NodeName = "node", NodeIP = "192.0.2.1", RuntimeEndpoint = "", RootDirectory = _root, CgroupDriver = CgroupDriver.Systemd };
        var time = TimeProvider.System;
        var informers = new InformerFactory(_cluster, time, NullLoggerFactory.Instance, new Random(1));
        var pods = informers.Get<Pod>(new ListQuery { FieldSelector = "spec.nodeName=node" });
        var cache = new RuntimeCache(_runtime, new LastWords(new LogFiles(Path.Combine(_root, "logs"))), time, NullLogger.Instance);
        var recorder = new EventRecorder(_cluster, "kubelet", "node", time, NullLogger.Instance);
        var statuses = new PodStatusWriter(_cluster, time, NullLogger.Instance);
        var directories = new PodDirectories(_root);
        var machine = new Machine(_root);
        _objects = new NodeObjects(_cluster, time, NullLoggerFactory.Instance);
        _prober = new Prober(_runtime, time);
        var cgroups = new PodCgroups("/test", CgroupDriver.Systemd);
        var context = new PodContext
        {
            Config = config, Runtime = _runtime, Cache = cache, Client = _cluster, Services = informers.Get<Service>(), Events = new PodEvents(recorder),
            Statuses = statuses, Directories = directories, Volumes = new PodVolumes(directories, _objects, _cluster, time), Objects = _objects,
            Prober = _prober, CgroupTree = new CgroupTree(_root), Cgroups = cgroups, Logs = new LogFiles(Path.Combine(_root, "logs")),
            Node = new NodeView(config, machine), ContainerConfigs = new ContainerConfigs(_root, machine.MemoryBytes, isCgroupV2: false),
            RuntimeName = () => "fake", Time = time,
        };
        _workers = new PodWorkers(context, pods, new ClassCgroups(new CgroupTree(_root), cgroups, 1), NullLoggerFactory.Instance);
        _running.AddRange(
            [informers.RunAsync(_stop.Token), cache.RunAsync(_stop.Token), recorder.RunAsync(_stop.Token), statuses.RunAsync(_stop.Token), _workers.RunAsync(_stop.Token)]);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_deletion_interrupts_a_pull()
    {
        _runtime.Before = (call, ct) => call == "PullImage" ? Task.Delay(Timeout.Infinite, ct) : Task.CompletedTask;
        await CreateAsync("slow", image: "elsewhere:1");
        await Eventually.TrueAsync(() => _runtime.Count("PullImage") > 0, "the image is being pulled");

        await DeleteAsync("slow", 30);

        await GoneAsync("slow");
        Assert.Equal(0, _runtime.Count("CreateContainer"));
    }

    [Fact]
    public async Task A_shorter_grace_interrupts_a_longer_stop()
    {
        _runtime.Before = (call, ct) => call == "StopContainer 30" ? Task.Delay(Timeout.Infinite, ct) : Task.CompletedTask;
        await CreateAsync("stubborn");
        await ReadyAsync("stubborn");
        await DeleteAsync("stubborn", 30);
        await Eventually.TrueAsync(() => _runtime.Count("StopContainer 30") == 1, "the container was asked to stop");

        await DeleteAsync("stubborn", 3);

        await GoneAsync("stubborn");
        Assert.Equal(1, _runtime.Count("StopContainer 3") - _runtime.Count("StopContainer 30"));
    }

    [Fact]
    public async Task A_container_whose_start_was_not_answered_is_not_started_twice()
    {
        var failures = 1;
        _runtime.Before = (call, _) => call == "StartContainer" && Interlocked.Decrement(ref failures) == 0
            ? Task.FromException(new CriException(GrpcCode.Unavailable, "connection reset"))
            : Task.CompletedTask;
        await CreateAsync("once");

        await ReadyAsync("once");
        Assert.Equal(1, _runtime.Count("CreateContainer"));
        Assert.Equal(0, _cluster.Find<Pod>("default", "once")!.Status.ContainerStatuses[0].RestartCount);
    }

    [Fact]
    public async Task A_runtime_that_is_down_is_tried_until_it_is_back()
    {
        var isDown = true;
        _runtime.Before = (call, _) => Volatile.Read(ref isDown) && call != "WatchAsync"
            ? Task.FromException(new CriException(GrpcCode.Unavailable, "connection refused"))
            : Task.CompletedTask;
        await CreateAsync("later");
        await Eventually.TrueAsync(() => _runtime.Count("ListContainers") > 1, "the runtime was asked");

        Volatile.Write(ref isDown, false);

        await ReadyAsync("later");
    }

    [Fact]
    public async Task An_exit_is_seen_by_its_event_and_the_container_restarted()
    {
        await CreateAsync("web");
        await ReadyAsync("web");
        var lists = _runtime.Count("ListContainers");

        _runtime.Exit("main", 1);

        await Eventually.TrueAsync(() => _cluster.Find<Pod>("default", "web")!.Status.ContainerStatuses is [{ RestartCount: 1, Ready: true }], "the container was restarted");
        var status = _cluster.Find<Pod>("default", "web")!.Status.ContainerStatuses[0];
        Assert.Equal(1, status.LastTerminationState.Terminated!.ExitCode);
        Assert.True(_runtime.Count("ListContainers") - lists < 10, "nothing is polled");
    }

    [Fact]
    public async Task How_a_pod_ended_is_written_before_it_is_deleted()
    {
        await CreateAsync("last");
        await ReadyAsync("last");
        var statuses = new List<string>();
        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(statuses, watching.Token);

        await DeleteAsync("last", 1);
        await GoneAsync("last");
        await Eventually.TrueAsync(() => statuses.Contains("deleted"), "the deletion was seen");

        Assert.Equal(["Failed", "deleted"], statuses.TakeLast(2));
        await watching.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public async Task What_others_write_into_a_status_is_kept()
    {
        await CreateAsync("shared");
        var pod = await ReadyAsync("shared");
        await _cluster.UpdateAsync(
            pod with { Status = pod.Status with { Conditions = [.. pod.Status.Conditions, new PodCondition { Type = "example.com/mine", Status = "True" }] } }, default);

        _runtime.Exit("main", 1);

        await Eventually.TrueAsync(() => _cluster.Find<Pod>("default", "shared")!.Status.ContainerStatuses is [{ RestartCount: 1 }], "the restart was written");
        Assert.Contains(_cluster.Find<Pod>("default", "shared")!.Status.Conditions, condition => condition.Type == "example.com/mine");
    }

    [Fact]
    public async Task Times_longer_than_any_timer_hold_up_no_pod()
    {
        await CreateAsync("patient", change: spec => spec with
        {
            ActiveDeadlineSeconds = int.MaxValue, TerminationGracePeriodSeconds = long.MaxValue,
            Containers = [spec.Containers[0] with
            {
                ReadinessProbe = new Probe { Exec = new ExecAction { Command = ["true"] }, TimeoutSeconds = int.MaxValue, PeriodSeconds = int.MaxValue },
                LivenessProbe = new Probe { Exec = new ExecAction { Command = ["true"] }, InitialDelaySeconds = int.MaxValue },
                Lifecycle = new Lifecycle { PreStop = new LifecycleHandler { HTTPGet = new HTTPGetAction { Host = "not a host", Port = 1 } } },
            }],
        });
        await ReadyAsync("patient");

        await DeleteAsync("patient", int.MaxValue);

        await GoneAsync("patient");
    }

    [Fact]
    public async Task A_pod_that_names_thousands_of_objects_takes_no_watches_from_others()
    {
        await CreateAsync("curious", change: spec => spec with
        {
            Containers = [spec.Containers[0] with
            {
                EnvFrom = [.. Enumerable.Range(0, 3_000).Select(i => new EnvFromSource { ConfigMapRef = new ConfigMapEnvSource { Name = $"map-{i}", Optional = true } })],
            }],
        });

        await ReadyAsync("curious");

        Assert.InRange(_objects.ConfigMaps.Count, 1, 1_000);
    }

    [Fact]
    public async Task A_hosts_file_that_a_container_made_huge_is_written_anew_unread()
    {
        await CreateAsync("greedy");
        var pod = await ReadyAsync("greedy");
        var hosts = Path.Combine(_root, "pods", pod.Metadata.UID, "etc-hosts");
        using (var file = File.OpenWrite(hosts))
        {
            file.SetLength(1L << 40);
        }

        _runtime.Exit("main", 1);

        await Eventually.TrueAsync(() => _cluster.Find<Pod>("default", "greedy")!.Status.ContainerStatuses is [{ RestartCount: 1, Ready: true }], "the container was restarted");
        Assert.StartsWith("# Kubernetes-managed hosts file", await File.ReadAllTextAsync(hosts));
    }

    [Fact]
    public async Task A_pod_runs_inside_the_fence_it_asks_for_or_not_at_all()
    {
        await _cluster.CreateAsync(new RuntimeClass { Metadata = new ObjectMeta { Name = "sandboxed" }, Handler = "kata" }, default);
        await CreateAsync("missing", change: spec => spec with { RuntimeClassName = "nowhere" });
        await CreateAsync("users", change: spec => spec with { HostUsers = false });
        await Eventually.TrueAsync(() => Failed("missing", "RuntimeClass \"nowhere\" not found"), "the missing class was told of");
        await Eventually.TrueAsync(() => Failed("users", "does not support user namespaces"), "the missing namespaces were told of");
        Assert.Equal(0, _runtime.Count("RunPodSandbox"));

        await CreateAsync("fenced", change: spec => spec with { RuntimeClassName = "sandboxed" });
        await ReadyAsync("fenced");
        Assert.Equal("kata", _runtime.Handler);

        bool Failed(string pod, string message) =>
            _cluster.All<Event>().Any(e => e.InvolvedObject.Name == pod && e.Reason == "FailedCreatePodSandBox" && e.Message.Contains(message, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var task in _running)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _workers.DisposeAsync();
        await _objects.DisposeAsync();
        _prober.Dispose();
        _stop.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private Task<Pod> CreateAsync(string name, string image = "image", Func<PodSpec, PodSpec>? change = null) => _cluster.CreateAsync(
        new Pod
        {
            Metadata = new ObjectMeta { Name = name, Namespace = "default" },
            Spec = (change ?? (static spec => spec))(new PodSpec
            {
                NodeName = "node", RestartPolicy = RestartPolicy.Always,
                Containers = [new Container { Name = "main", Image = image, ImagePullPolicy = PullPolicy.PullIfNotPresent }],
            }),
            Status = new PodStatus { Phase = PodPhase.PodPending },
        },
        default);

    private Task DeleteAsync(string name, long grace) =>
        _cluster.DeleteAsync<Pod>(new NamespacedName("default", name), new DeleteOptions { GracePeriodSeconds = grace }, default);

    private async Task<Pod> ReadyAsync(string name)
    {
        Pod? pod = null;
        await Eventually.TrueAsync(
            () => (pod = _cluster.Find<Pod>("default", name))!.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }), $"{name} is ready");
        return pod!;
    }

    private Task GoneAsync(string name) => Eventually.TrueAsync(() => _cluster.Find<Pod>("default", name) is null, $"{name} is gone");

    private async Task WatchAsync(List<string> statuses, CancellationToken ct)
    {
        var from = (await _cluster.ListAsync<Pod>(ListQuery.All, ct)).Metadata.ResourceVersion;
        await foreach (var change in _cluster.WatchAsync<Pod>(new ListQuery { ResourceVersion = from }, ct))
        {
            statuses.Add(change.Type == WatchEventType.Deleted ? "deleted" : change.Object.Status.Phase);
        }
    }
}
