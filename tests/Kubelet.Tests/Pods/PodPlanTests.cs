using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Probes;

namespace Navarch.Kubelet.Tests.Pods;

public sealed class PodPlanTests
{
    private static readonly Container Sidecar = A.Container("side", ContainerRestartPolicy.Always);

    [Fact]
    public void A_new_pod_gets_its_volumes_then_its_sandbox_then_its_containers()
    {
        var pod = A.Pod(A.Container("a"), A.Container("b"));

        Assert.Equal([new PodAction.SetUp()], Plan(A.View(pod, memory: PodMemory.Empty)).Actions);
        Assert.Equal([new PodAction.StartSandbox(0)], Plan(A.View(pod)).Actions);
        Assert.Equal(
            [new PodAction.StartContainer("a", 0, null), new PodAction.StartContainer("b", 0, null)], Plan(A.View(pod, A.Runtime())).Actions);
        Assert.Equal([new PodAction.StartContainer("b", 0, null)], Plan(A.View(pod, A.Runtime(A.Running("a")))).Actions);
    }

    [Fact]
    public void A_running_pod_needs_nothing()
    {
        var plan = Plan(A.View(A.Pod(A.Container("a")), A.Runtime(A.Running("a"))));

        Assert.Empty(plan.Actions);
        Assert.Null(plan.WakeAt);
    }

    [Fact]
    public void What_is_added_to_a_running_pod_is_started_once()
    {
        var pod = WithDebugger(A.Pod(A.Container("a")));

        Assert.Equal([new PodAction.StartContainer("debugger", 0, null)], Plan(A.View(pod, A.Runtime(A.Running("a")))).Actions);
        Assert.Empty(Plan(A.View(pod, A.Runtime(A.Running("a"), A.Running("debugger")))).Actions);
        Assert.Empty(Plan(A.View(pod, A.Runtime(A.Running("a"), A.Exited("debugger", 1)))).Actions);
        var forgotten = pod with { Status = pod.Status with { EphemeralContainerStatuses = [new ContainerStatus { Name = "debugger", ContainerID = "x://1" }] } };
        Assert.Empty(Plan(A.View(forgotten, A.Runtime(A.Running("a")))).Actions);
    }

    [Fact]
    public void A_debugger_comes_before_a_container_that_fails_and_ends_with_the_pod()
    {
        var pod = WithDebugger(A.Pod(A.Container("a")).With(init: [A.Container("init")]));
        var done = WithDebugger(A.Pod(A.Container("a")).With(RestartPolicy.Never));

        Assert.Equal(new PodAction.StartContainer("debugger", 0, null), Plan(A.View(pod, A.Runtime())).Actions[0]);
        var stop = Assert.IsType<PodAction.StopPod>(Plan(A.View(done, A.Runtime(A.Exited("a", 0), A.Running("debugger")))).Actions[0]);
        Assert.Equal("debugger", Assert.Single(stop.Containers).Name);
    }

    private static Pod WithDebugger(Pod pod) => pod with { Spec = pod.Spec with { EphemeralContainers = [new EphemeralContainer { Name = "debugger", Image = "image" }] } };

    [Fact]
    public void A_restarted_kubelet_adopts_what_runs()
    {
        // Nothing is remembered: the only step is to make sure of the volumes.
        var plan = Plan(A.View(A.Pod(A.Container("a")), A.Runtime(A.Running("a")), PodMemory.Empty));

        Assert.Equal([new PodAction.SetUp()], plan.Actions);
    }

    [Theory]
    [InlineData(RestartPolicy.Always, 0, true)]
    [InlineData(RestartPolicy.Always, 1, true)]
    [InlineData(RestartPolicy.OnFailure, 0, false)]
    [InlineData(RestartPolicy.OnFailure, 1, true)]
    [InlineData(RestartPolicy.Never, 1, false)]
    public void A_container_that_exits_is_started_again_as_the_policy_says(string policy, int code, bool restarts)
    {
        var plan = Plan(A.View(A.Pod(A.Container("a")).With(policy), A.Runtime(A.Exited("a", code))));

        Assert.Equal(restarts, plan.Actions.OfType<PodAction.StartContainer>().Any(start => start.Attempt == 1));
        Assert.Equal(!restarts, plan.Actions.OfType<PodAction.StopSandbox>().Any());
    }

    [Fact]
    public void The_first_restart_is_at_once_and_the_second_waits_ten_seconds()
    {
        var pod = A.Pod(A.Container("a"));
        var first = Assert.IsType<PodAction.StartContainer>(Assert.Single(Plan(A.View(pod, A.Runtime(A.Exited("a", 1)))).Actions));
        var memory = new PodMemory { IsSetUp = true, Crashes = ImmutableDictionary<string, CrashBackoff>.Empty.Add("a", first.Backoff!) };

        var waiting = Plan(A.View(pod, A.Runtime(A.Exited("a", 1, attempt: 1, secondsAgo: 0)), memory));
        Assert.Equal(A.Now.AddSeconds(10), waiting.WakeAt);
        var report = Assert.IsType<PodAction.ReportCrashBackoff>(Assert.Single(waiting.Actions));
        Assert.Equal("back-off 10s restarting failed container=a pod=web_default(uid-1)", report.Message);

        var then = Plan(A.View(pod, A.Runtime(A.Exited("a", 1, attempt: 1, secondsAgo: 0)), memory, now: A.Now.AddSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(20), then.Actions.OfType<PodAction.StartContainer>().Single().Backoff!.Delay);
    }

    [Fact]
    public void The_wait_doubles_up_to_five_minutes_and_is_forgotten_after_a_long_run()
    {
        CrashBackoff? backoff = null;
        var delays = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            backoff = CrashBackoff.Next(backoff, A.Now, A.Now);
            delays.Add(backoff.Delay.TotalSeconds);
        }

        Assert.Equal([10, 20, 40, 80, 160, 300, 300, 300], delays);
        Assert.Equal(CrashBackoff.DelayMin, CrashBackoff.Next(backoff, A.Now.AddMinutes(11), A.Now.AddMinutes(11)).Delay);
        Assert.Equal(A.Now.AddMinutes(11), CrashBackoff.StartAt(backoff, A.Now.AddMinutes(11)));
    }

    [Fact]
    public void Init_containers_run_one_after_the_other_before_the_others()
    {
        var pod = A.Pod(A.Container("a")).With(init: [A.Container("i1"), A.Container("i2")]);

        Assert.Equal([new PodAction.StartContainer("i1", 0, null)], Plan(A.View(pod, A.Runtime())).Actions);
        Assert.Empty(Plan(A.View(pod, A.Runtime(A.Running("i1")))).Actions);
        Assert.Equal([new PodAction.StartContainer("i2", 0, null)], Plan(A.View(pod, A.Runtime(A.Exited("i1", 0)))).Actions);
        Assert.Equal(
            [new PodAction.StartContainer("a", 0, null)], Plan(A.View(pod, A.Runtime(A.Exited("i1", 0), A.Exited("i2", 0)))).Actions);
        Assert.IsType<PodAction.StartContainer>(Plan(A.View(pod, A.Runtime(A.Exited("i1", 1)))).Actions.Single());
        Assert.Equal(
            [new PodAction.StopSandbox(A.Sandbox)], Plan(A.View(pod.With(RestartPolicy.Never), A.Runtime(A.Exited("i1", 1)))).Actions);
    }

    [Fact]
    public void Init_containers_that_were_forgotten_are_not_run_again_beside_running_ones()
    {
        var pod = A.Pod(A.Container("a")).With(init: [A.Container("i1")]);

        Assert.Empty(Plan(A.View(pod, A.Runtime(A.Running("a")))).Actions);
    }

    [Fact]
    public void A_sidecar_holds_the_others_until_it_has_started_and_outlives_them()
    {
        var side = Sidecar with { StartupProbe = new Probe() };
        var pod = A.Pod(A.Container("a")).With(RestartPolicy.Never, [side]);

        Assert.Equal([new PodAction.StartContainer("side", 0, null)], Plan(A.View(pod, A.Runtime())).Actions);
        Assert.Empty(Plan(A.View(pod, A.Runtime(A.Running("side")))).Actions);
        Assert.Equal(
            [new PodAction.StartContainer("a", 0, null)],
            Plan(A.View(pod, A.Runtime(A.Running("side")), probes: [("side-0", new ProbeResults(true, null, null))])).Actions);
        // It is restarted even though the pod never restarts.
        Assert.IsType<PodAction.StartContainer>(Plan(A.View(pod, A.Runtime(A.Exited("side", 0), A.Running("a")))).Actions.Single());
        // The main container is done: the sidecar must go.
        var stop = Assert.IsType<PodAction.StopPod>(Plan(A.View(pod, A.Runtime(A.Running("side"), A.Exited("a", 0)))).Actions.Single());
        Assert.Equal("side", Assert.Single(stop.Sidecars).Name);
        Assert.Empty(stop.Containers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_failed_liveness_or_startup_probe_stops_the_container(bool startup)
    {
        var container = A.Container("a") with { LivenessProbe = new Probe(), StartupProbe = startup ? new Probe { TerminationGracePeriodSeconds = 5 } : null };
        var results = startup ? new ProbeResults(false, null, null) : new ProbeResults(true, false, null);

        var stop = Assert.IsType<PodAction.StopContainer>(
            Plan(A.View(A.Pod(container), A.Runtime(A.Running("a")), probes: [("a-0", results)])).Actions.Single());

        Assert.Equal($"Container a failed {(startup ? "startup" : "liveness")} probe, will be restarted", stop.Message);
        Assert.Equal(startup ? 5 : 30, stop.Grace.TotalSeconds);
    }

    [Fact]
    public void A_new_image_replaces_the_container()
    {
        var run = A.Running("a") with { Hash = ContainerHash.Of(A.Container("a") with { Image = "other" }) };

        Assert.IsType<PodAction.StopContainer>(Plan(A.View(A.Pod(A.Container("a")), A.Runtime(run))).Actions.Single());
        Assert.Empty(Plan(A.View(A.Pod(A.Container("a")), A.Runtime(run with { Hash = ContainerHash.Of(A.Container("a")) }))).Actions);
    }

    [Fact]
    public void A_lost_sandbox_is_replaced_and_the_containers_with_it()
    {
        var pod = A.Pod(A.Container("a"));
        var runtime = A.Runtime(A.Running("a")) with { Sandboxes = [new RuntimeSandbox(A.Sandbox, 0, false, A.Now, [])] };

        Assert.IsType<PodAction.StopPod>(Plan(A.View(pod, runtime)).Actions.Single());
        runtime = runtime with { Containers = [A.Exited("a", 137)] };
        Assert.Equal([new PodAction.StartSandbox(1)], Plan(A.View(pod, runtime)).Actions);
        runtime = runtime with { Sandboxes = [new RuntimeSandbox("new", 1, true, A.Now, ["10.1.2.4"]), .. runtime.Sandboxes] };
        Assert.Equal(1, Plan(A.View(pod, runtime)).Actions.OfType<PodAction.StartContainer>().Single().Attempt);
        // What is done is done.
        Assert.Empty(Plan(A.View(pod.With(RestartPolicy.Never), A.Runtime(A.Exited("a", 0)) with { Sandboxes = runtime.Sandboxes.Skip(1).ToList() })).Actions);
    }

    [Fact]
    public void A_deleted_pod_is_stopped_then_removed_then_reported()
    {
        var pod = A.Pod(A.Container("a")).With(init: [Sidecar]).Deleted(graceSeconds: 7);

        var stop = Assert.IsType<PodAction.StopPod>(Plan(A.View(pod, A.Runtime(A.Running("a"), A.Running("side")))).Actions.Single());
        Assert.Equal(("a", "side", 7), (stop.Containers.Single().Name, stop.Sidecars.Single().Name, stop.Grace.TotalSeconds));
        Assert.Equal([new PodAction.StopSandbox(A.Sandbox)], Plan(A.View(pod, A.Runtime(A.Exited("a", 0)))).Actions);
        var stopped = A.Runtime(A.Exited("a", 0)) with { Sandboxes = [new RuntimeSandbox(A.Sandbox, 0, false, A.Now, [])] };
        Assert.Equal(
            [new PodAction.RemoveSandbox(A.Sandbox), new PodAction.TearDown(), new PodAction.DeleteObject()], Plan(A.View(pod, stopped)).Actions);
        Assert.Empty(Plan(A.View(pod, memory: new PodMemory { IsTornDown = true, IsObjectDeleted = true })).Actions);
    }

    [Fact]
    public void A_pod_that_vanished_is_removed_without_touching_the_api()
    {
        var pod = A.Pod(A.Container("a"));

        Assert.IsType<PodAction.StopPod>(Plan(A.View(pod, A.Runtime(A.Running("a")), isGone: true)).Actions.Single());
        Assert.Equal([new PodAction.TearDown()], Plan(A.View(pod, isGone: true)).Actions);
    }

    [Fact]
    public void A_pod_deleted_before_it_started_starts_nothing()
    {
        Assert.Equal([new PodAction.TearDown(), new PodAction.DeleteObject()], Plan(A.View(A.Pod(A.Container("a")).Deleted())).Actions);
    }

    [Fact]
    public void A_shorter_grace_counts_and_a_longer_one_does_not()
    {
        var runtime = A.Runtime(A.Running("a"));
        var memory = new PodMemory { IsSetUp = true, StopGrace = TimeSpan.FromSeconds(5) };

        Assert.Equal(1, Grace(A.Pod(A.Container("a")).Deleted(0)));
        Assert.Equal(5, Grace(A.Pod(A.Container("a")).Deleted(30)));

        double Grace(Pod pod) => Plan(A.View(pod, runtime, memory)).Actions.OfType<PodAction.StopPod>().Single().Grace.TotalSeconds;
    }

    [Fact]
    public void A_pod_past_its_deadline_is_stopped_and_a_pod_before_it_is_looked_at_then()
    {
        var pod = A.Pod(A.Container("a"));
        pod = pod with { Spec = pod.Spec with { ActiveDeadlineSeconds = 60 } };

        Assert.Equal(A.Now.AddSeconds(60), Plan(A.View(pod, A.Runtime(A.Running("a")))).WakeAt);
        Assert.IsType<PodAction.StopPod>(Plan(A.View(pod, A.Runtime(A.Running("a")), now: A.Now.AddSeconds(60))).Actions.Single());
    }

    [Fact]
    public void A_failed_pull_waits_and_says_so()
    {
        var failure = new StartFailure(Reasons.ErrImagePull, "no such image", TimeSpan.FromSeconds(10), A.Now, Pull: true);
        var memory = new PodMemory { IsSetUp = true, Failures = ImmutableDictionary<string, StartFailure>.Empty.Add("a", failure) };
        var pod = A.Pod(A.Container("a"));

        Assert.Empty(Plan(A.View(pod, A.Runtime(), memory)).Actions);
        Assert.Equal([new PodAction.ReportPullBackoff("a")], Plan(A.View(pod, A.Runtime(), memory, now: A.Now.AddSeconds(5))).Actions);
        Assert.IsType<PodAction.StartContainer>(Plan(A.View(pod, A.Runtime(), memory, now: A.Now.AddSeconds(10))).Actions.Single());
    }

    [Fact]
    public void Old_remains_are_removed_and_the_last_one_is_kept_for_its_log()
    {
        var runtime = A.Runtime(A.Running("a", 4), A.Exited("a", 1, 3), A.Exited("a", 1, 2), A.Exited("a", 1, 1));

        Assert.Equal(
            [2, 1], Plan(A.View(A.Pod(A.Container("a")), runtime)).Actions.Cast<PodAction.RemoveContainer>().Select(remove => remove.Container.Attempt));
    }

    [Fact]
    public void Applying_plans_leaves_nothing_to_plan()
    {
        var random = new Random(71);
        for (var i = 0; i < 2000; i++)
        {
            var simulated = SimulatedPod.Random(random);
            simulated.Settle();
        }
    }

    private static PodPlan Plan(PodView view) => PodPlan.Make(view);
}
