using System.Collections.Immutable;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Probes;

namespace Navarch.Kubelet.Tests.Pods;

public sealed class PodStatusViewTests
{
    [Fact]
    public void A_new_pod_is_pending_and_its_containers_are_being_created()
    {
        var status = Status(A.View(A.Pod(A.Container("a"))));

        Assert.Equal(PodPhase.PodPending, status.Phase);
        Assert.Equal("ContainerCreating", status.ContainerStatuses.Single().State.Waiting!.Reason);
        Assert.Equal("image", status.ContainerStatuses.Single().Image);
        Assert.Equal(3, status.ObservedGeneration);
        AssertCondition(status, PodConditionType.PodReadyToStartContainers, false);
        AssertCondition(status, PodConditionType.PodInitialized, true);
        AssertCondition(status, PodConditionType.PodReady, false, "ContainersNotReady", "containers with unready status: [a]");
        AssertCondition(status, PodConditionType.ContainersReady, false, "ContainersNotReady", "containers with unready status: [a]");
        AssertCondition(status, PodConditionType.PodScheduled, true);
        Assert.Equal(PodQOSClass.PodQOSBestEffort, status.QOSClass);
    }

    [Fact]
    public void An_ephemeral_container_is_shown_and_decides_nothing()
    {
        var pod = A.Pod(A.Container("a"));
        pod = pod with { Spec = pod.Spec with { EphemeralContainers = [new EphemeralContainer { Name = "debugger", Image = "image" }] } };

        var waiting = Status(A.View(pod, A.Runtime(A.Running("a"))));
        var ended = Status(A.View(pod, A.Runtime(A.Running("a"), A.Exited("debugger", 1))));

        Assert.Equal("ContainerCreating", waiting.EphemeralContainerStatuses.Single().State.Waiting!.Reason);
        Assert.Equal((1, false, null), (ended.EphemeralContainerStatuses.Single().State.Terminated!.ExitCode, ended.EphemeralContainerStatuses.Single().Ready, ended.EphemeralContainerStatuses.Single().Started));
        Assert.Equal(PodPhase.PodRunning, ended.Phase);
        AssertCondition(waiting, PodConditionType.PodReady, true);
        AssertCondition(ended, PodConditionType.PodReady, true);
    }

    [Fact]
    public void A_running_pod_is_ready_and_has_addresses()
    {
        var status = Status(A.View(A.Pod(A.Container("a")), A.Runtime(A.Running("a"))));

        Assert.Equal((PodPhase.PodRunning, "10.1.2.3", "192.0.2.1"), (status.Phase, status.PodIP, status.HostIP));
        var container = status.ContainerStatuses.Single();
        Assert.Equal((true, true, 0, "containerd://a-0", "image:tag", "sha256:1"),
            (container.Ready, container.Started!.Value, container.RestartCount, container.ContainerID, container.Image, container.ImageID));
        AssertCondition(status, PodConditionType.PodReady, true);
        AssertCondition(status, PodConditionType.PodReadyToStartContainers, true);
    }

    [Fact]
    public void Readiness_waits_for_startup_and_readiness_probes()
    {
        var container = A.Container("a") with { StartupProbe = new Probe(), ReadinessProbe = new Probe() };
        ContainerStatus With(bool? startup, bool? readiness) => Status(A.View(
            A.Pod(container), A.Runtime(A.Running("a")), probes: [("a-0", new ProbeResults(startup, null, readiness))])).ContainerStatuses.Single();

        Assert.Equal((false, false), (With(null, null).Started, With(null, null).Ready));
        Assert.Equal((true, false), (With(true, null).Started, With(true, null).Ready));
        Assert.Equal((true, true), (With(true, true).Started, With(true, true).Ready));
        Assert.Equal((true, false), (With(true, false).Started, With(true, false).Ready));
    }

    [Fact]
    public void A_crash_loop_shows_the_wait_and_how_the_last_run_ended()
    {
        var memory = new PodMemory
        {
            IsSetUp = true,
            Crashes = ImmutableDictionary<string, CrashBackoff>.Empty.Add("a", new CrashBackoff(TimeSpan.FromMinutes(2.6667), A.Now)),
        };
        var status = Status(A.View(A.Pod(A.Container("a")), A.Runtime(A.Exited("a", 3, attempt: 4), A.Exited("a", 2, attempt: 3)), memory));

        var container = status.ContainerStatuses.Single();
        Assert.Equal("CrashLoopBackOff", container.State.Waiting!.Reason);
        Assert.Equal("back-off 2m40s restarting failed container=a pod=web_default(uid-1)", container.State.Waiting.Message);
        Assert.Equal((3, "Error", "containerd://a-4"), (container.LastTerminationState.Terminated!.ExitCode,
            container.LastTerminationState.Terminated.Reason, container.LastTerminationState.Terminated.ContainerID));
        Assert.Equal(4, container.RestartCount);
        Assert.Equal(PodPhase.PodRunning, status.Phase);
    }

    [Fact]
    public void A_running_container_remembers_its_last_end_even_when_the_runtime_does_not()
    {
        var pod = A.Pod(A.Container("a"));
        var first = Status(A.View(pod, A.Runtime(A.Exited("a", 9, attempt: 1))));
        var second = Status(A.View(pod with { Status = first }, A.Runtime(A.Running("a", attempt: 2))));
        var third = Status(A.View(pod with { Status = second }, A.Runtime(A.Running("a", attempt: 2))));

        Assert.Equal(9, second.ContainerStatuses.Single().LastTerminationState.Terminated!.ExitCode);
        Assert.Equal(second, third);
    }

    [Theory]
    [InlineData(RestartPolicy.Never, 0, PodPhase.PodSucceeded)]
    [InlineData(RestartPolicy.Never, 1, PodPhase.PodFailed)]
    [InlineData(RestartPolicy.OnFailure, 0, PodPhase.PodSucceeded)]
    [InlineData(RestartPolicy.OnFailure, 1, PodPhase.PodRunning)]
    [InlineData(RestartPolicy.Always, 0, PodPhase.PodRunning)]
    public void The_phase_follows_the_ends_and_the_policy(string policy, int code, string phase)
    {
        var status = Status(A.View(A.Pod(A.Container("a")).With(policy), A.Runtime(A.Exited("a", code))));

        Assert.Equal(phase, status.Phase);
        if (phase == PodPhase.PodSucceeded)
        {
            AssertCondition(status, PodConditionType.PodReady, false, "PodCompleted");
            AssertCondition(status, PodConditionType.PodInitialized, true, "PodCompleted");
        }
    }

    [Fact]
    public void A_deleted_pod_runs_until_its_containers_have_ended()
    {
        var pod = A.Pod(A.Container("a")).Deleted();

        Assert.Equal(PodPhase.PodRunning, Status(A.View(pod, A.Runtime(A.Running("a")))).Phase);
        Assert.Equal(PodPhase.PodSucceeded, Status(A.View(pod, A.Runtime(A.Exited("a", 0)))).Phase);
        Assert.Equal(PodPhase.PodFailed, Status(A.View(pod, A.Runtime(A.Exited("a", 137)))).Phase);
    }

    [Fact]
    public void Waiting_init_containers_keep_the_pod_pending()
    {
        var pod = A.Pod(A.Container("a")).With(init: [A.Container("i1"), A.Container("i2")]);
        var status = Status(A.View(pod, A.Runtime(A.Exited("i1", 0), A.Running("i2"))));

        Assert.Equal(PodPhase.PodPending, status.Phase);
        Assert.Equal("PodInitializing", status.ContainerStatuses.Single().State.Waiting!.Reason);
        Assert.True(status.InitContainerStatuses[0].Ready);
        AssertCondition(status, PodConditionType.PodInitialized, false, "ContainersNotInitialized", "containers with incomplete status: [i2]");
        Assert.Equal(PodPhase.PodFailed, Status(A.View(pod.With(RestartPolicy.Never), A.Runtime(A.Exited("i1", 1)))).Phase);
        Assert.Equal(PodPhase.PodPending, Status(A.View(pod, A.Runtime(A.Exited("i1", 1)))).Phase);
    }

    [Fact]
    public void A_failed_start_is_what_the_container_waits_for()
    {
        var failure = new StartFailure(Reasons.CreateContainerConfigError, "configmap \"x\" not found", TimeSpan.FromSeconds(1), A.Now);
        var memory = new PodMemory { IsSetUp = true, Failures = ImmutableDictionary<string, StartFailure>.Empty.Add("a", failure) };

        var waiting = Status(A.View(A.Pod(A.Container("a")), A.Runtime(), memory)).ContainerStatuses.Single().State.Waiting!;
        Assert.Equal(("CreateContainerConfigError", "configmap \"x\" not found"), (waiting.Reason, waiting.Message));
    }

    [Fact]
    public void Conditions_of_others_are_kept_and_times_change_with_the_state_only()
    {
        var pod = A.Pod(A.Container("a"));
        pod = pod with { Status = pod.Status with { Conditions = [new PodCondition { Type = "example.com/gate", Status = "False" }] } };
        pod = pod with { Spec = pod.Spec with { ReadinessGates = [new PodReadinessGate { ConditionType = "example.com/gate" }] } };
        var first = Status(A.View(pod, A.Runtime(A.Running("a"))));
        AssertCondition(first, PodConditionType.PodReady, false, "ReadinessGatesNotReady",
            "the status of pod readiness gate \"example.com/gate\" is not \"True\", but False");
        Assert.Contains(first.Conditions, condition => condition.Type == "example.com/gate");

        var later = Status(A.View(pod with { Status = first }, A.Runtime(A.Running("a")), now: A.Now.AddMinutes(5)));
        Assert.Equal(first, later);
    }

    [Fact]
    public void A_rejected_pod_has_failed_with_the_reason()
    {
        var memory = new PodMemory { Rejection = new Rejection("OutOfcpu", "Node didn't have enough resource: cpu") };
        var status = Status(A.View(A.Pod(A.Container("a")), memory: memory));

        Assert.Equal((PodPhase.PodFailed, "OutOfcpu"), (status.Phase, status.Reason));
    }

    [Theory]
    [InlineData("", "", "", "", PodQOSClass.PodQOSBestEffort)]
    [InlineData("1", "1", "1Gi", "1Gi", PodQOSClass.PodQOSGuaranteed)]
    [InlineData("1", "1", "1Gi", "", PodQOSClass.PodQOSBurstable)]
    [InlineData("100m", "", "", "", PodQOSClass.PodQOSBurstable)]
    [InlineData("", "1", "", "1Gi", PodQOSClass.PodQOSGuaranteed)]
    public void The_class_follows_requests_and_limits(string cpu, string cpuLimit, string memory, string memoryLimit, string expected)
    {
        static Map<Quantity> Of(string cpu, string memory) => Map.From(new[] { ("cpu", cpu), ("memory", memory) }
            .Where(entry => entry.Item2.Length > 0).Select(entry => KeyValuePair.Create(entry.Item1, Quantity.Parse(entry.Item2))));
        var container = A.Container("a") with { Resources = new ResourceRequirements { Requests = Of(cpu, memory), Limits = Of(cpuLimit, memoryLimit) } };

        Assert.Equal(expected, PodResources.QosClass(A.Pod(container).Spec));
    }

    private static PodStatus Status(PodView view) => PodStatusView.Compute(view, ["192.0.2.1"], "containerd");

    private static void AssertCondition(PodStatus status, string type, bool isTrue, string reason = "", string message = "")
    {
        var condition = status.Conditions.Single(condition => condition.Type == type);
        Assert.Equal((isTrue ? "True" : "False", reason), (condition.Status, condition.Reason));
        Assert.Equal(message, condition.Message);
    }
}
