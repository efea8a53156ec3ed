using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// What to do next for a pod, and when to look again if nothing happens before. The answer to "what happens when a
/// container exits": a function of its argument alone.
/// </summary>
/// <remarks>
/// A plan is a list of steps, but whoever executes it observes anew after each step and plans again. So a plan never has
/// to foresee what its own steps bring, and "apply the plan until there is none" ends with the pod as it should be.
/// </remarks>
/// <param name="Actions">Empty when nothing is to be done now.</param>
/// <param name="WakeAt">When a wait in the plan ends; null when only news can change it.</param>
internal sealed record PodPlan(IReadOnlyList<PodAction> Actions, DateTimeOffset? WakeAt)
{
    // How long "ErrImagePull" stands before it becomes "ImagePullBackOff".
    private static readonly TimeSpan PullErrorShown = TimeSpan.FromSeconds(3);

    // A container that is asked to stop always gets a moment to do so.
    private static readonly TimeSpan GraceMin = TimeSpan.FromSeconds(1);

    private const long GraceSecondsDefault = 30;

    public static PodPlan Make(PodView view) => new Planner(view).Make();

    /// <summary>How long containers may take to stop, for the pod as it is now.</summary>
    public static TimeSpan GraceOf(Pod pod)
    {
        var seconds = pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? GraceSecondsDefault;
        var grace = Waits.Seconds(seconds);
        return grace > GraceMin ? grace : GraceMin;
    }

    private sealed class Planner(PodView view)
    {
        private readonly List<PodAction> _actions = [];
        private readonly RuntimePod _runtime = view.Runtime;
        private readonly PodMemory _memory = view.Memory;
        private DateTimeOffset? _wakeAt;

        public PodPlan Make()
        {
            if (view.MustEnd)
            {
                End();
            }
            else
            {
                Wake(view.Deadline);
                Run();
            }
            return new PodPlan(_actions, _wakeAt);
        }

        // ---- ending ----

        private void End()
        {
            var keepsRemains = !view.IsGone && view.Pod.Metadata.DeletionTimestamp is null;
            if (Stop(EndGrace()))
            {
                return;
            }
            if (keepsRemains)
            {
                // The object stays, so the containers stay too, for their logs.
                if (!_memory.IsTornDown)
                {
                    _actions.Add(new PodAction.TearDown());
                }
                return;
            }
            foreach (var sandbox in _runtime.Sandboxes)
            {
                _actions.Add(new PodAction.RemoveSandbox(sandbox.Id));
            }
            foreach (var container in _runtime.Containers.Where(container => _runtime.Sandboxes.All(sandbox => sandbox.Id != container.SandboxId)))
            {
                _actions.Add(new PodAction.RemoveContainer(container));
            }
            if (!_memory.IsTornDown)
            {
                _actions.Add(new PodAction.TearDown());
            }
            if (!view.IsGone && !_memory.IsObjectDeleted)
            {
                _actions.Add(new PodAction.DeleteObject());
            }
        }

        private TimeSpan EndGrace()
        {
            var grace = GraceOf(view.Pod);
            if (_memory.StopGrace is { } earlier && earlier < grace)
            {
                grace = earlier; // A grace can be shortened, never lengthened.
            }
            return grace;
        }

        /// <summary>True while something is running or a sandbox holds an address.</summary>
        private bool Stop(TimeSpan grace)
        {
            var running = Alive().ToList();
            if (running.Count > 0)
            {
                var sidecars = view.Spec.InitContainers.Where(RestartRules.IsSidecar).Select(container => container.Name).Reverse().ToList();
                _actions.Add(new PodAction.StopPod(
                    grace,
                    [.. running.Where(container => !sidecars.Contains(container.Name))],
                    [.. running.Where(container => sidecars.Contains(container.Name)).OrderBy(container => sidecars.IndexOf(container.Name))]));
                return true;
            }
            foreach (var sandbox in _runtime.Sandboxes.Where(sandbox => sandbox.IsReady))
            {
                _actions.Add(new PodAction.StopSandbox(sandbox.Id));
            }
            return _actions.Count > 0;
        }

        private IEnumerable<RuntimeContainer> Alive() =>
            _runtime.Containers.Where(container => container.State is RuntimeState.Running or RuntimeState.Unknown);

        // ---- running ----

        private void Run()
        {
            var sandbox = _runtime.Sandbox;
            if (sandbox is not { IsReady: true })
            {
                if (sandbox is not null && IsFinished())
                {
                    Tidy();
                    return;
                }
                if (Alive().Any())
                {
                    Stop(GraceOf(view.Pod)); // Their network is gone with the sandbox.
                    return;
                }
                if (MayTry(_memory.Obstacle))
                {
                    _actions.Add(_memory.IsSetUp ? new PodAction.StartSandbox(sandbox is null ? 0 : sandbox.Attempt + 1) : new PodAction.SetUp());
                }
                return;
            }

            foreach (var surplus in _runtime.Sandboxes.Skip(1).Where(other => other.IsReady))
            {
                _actions.Add(new PodAction.StopSandbox(surplus.Id));
            }
            if (IsFinished())
            {
                Stop(GraceOf(view.Pod));
                Tidy();
                return;
            }
            if (!_memory.IsSetUp)
            {
                // Running containers do not mind, but no further one is started before its volumes are known to be there.
                if (MayTry(_memory.Obstacle))
                {
                    _actions.Add(new PodAction.SetUp());
                }
                return;
            }
            StartEphemeral();
            if (Initialize())
            {
                foreach (var container in view.Spec.Containers)
                {
                    Keep(container, isInit: false, _runtime.Find(container.Name));
                }
            }
            Tidy();
        }

        /// <summary>Starts what was added to the pod while it runs, before all else: perhaps to find out why nothing else runs.</summary>
        private void StartEphemeral()
        {
            foreach (var container in view.EphemeralContainers)
            {
                if (_runtime.Find(container.Name) is { State: RuntimeState.Created } half)
                {
                    _actions.Add(new PodAction.RemoveContainer(half));
                }
                else if (_runtime.Find(container.Name) is null
                    && !view.Pod.Status.EphemeralContainerStatuses.Any(status => status.Name == container.Name && status.ContainerID.Length > 0))
                {
                    Start(container, attempt: 0, backoff: null);
                }
            }
        }

        /// <summary>Whether no main container runs and none will.</summary>
        private bool IsFinished()
        {
            if (view.Spec.InitContainers.Any(init => IsFailedInit(init)))
            {
                return true;
            }
            return view.Spec.Containers.All(container =>
                _runtime.Find(container.Name) is { State: RuntimeState.Exited } run
                && !RestartRules.AfterExit(view.Spec, container, isInit: false, run.ExitCode));
        }

        private bool IsFailedInit(Container init) =>
            !RestartRules.IsSidecar(init)
            && _runtime.FindCurrent(init.Name) is { State: RuntimeState.Exited, ExitCode: not 0 } run
            && !RestartRules.AfterExit(view.Spec, init, isInit: true, run.ExitCode);

        /// <summary>Runs the init containers in order. True when all have done their work, or sidecars have started.</summary>
        private bool Initialize()
        {
            // Once a main container has run in this sandbox its init containers had been done, also when they are forgotten.
            var isDone = view.Spec.Containers.Any(container => _runtime.FindCurrent(container.Name) is not null);
            foreach (var init in view.Spec.InitContainers)
            {
                var run = _runtime.FindCurrent(init.Name);
                if (RestartRules.IsSidecar(init))
                {
                    Keep(init, isInit: true, run);
                    if (!isDone && !view.IsStarted(init, run))
                    {
                        return false;
                    }
                }
                else if (!isDone && run is not { State: RuntimeState.Exited, ExitCode: 0 })
                {
                    Keep(init, isInit: true, run);
                    return false;
                }
            }
            return true;
        }

        /// <summary>What one container needs, given its newest run.</summary>
        private void Keep(Container container, bool isInit, RuntimeContainer? run)
        {
            switch (run?.State)
            {
                case null:
                    Start(container, AttemptAfter(container, run), backoff: null);
                    break;
                case RuntimeState.Created:
                    // Whoever made it did not live to start it, and it may be made of old configuration.
                    _actions.Add(new PodAction.RemoveContainer(run));
                    break;
                case RuntimeState.Unknown:
                    _actions.Add(new PodAction.StopContainer(run, GraceMin, "Container is in unknown state, try killing it before restart"));
                    break;
                case RuntimeState.Running:
                    if (ReasonToStop(container, run) is var (message, grace))
                    {
                        _actions.Add(new PodAction.StopContainer(run, grace, message));
                    }
                    break;
                case RuntimeState.Exited when RestartRules.AfterExit(view.Spec, container, isInit, run.ExitCode):
                    StartAgain(container, run);
                    break;
            }
        }

        private (string Message, TimeSpan Grace)? ReasonToStop(Container container, RuntimeContainer run)
        {
            if (run.Hash.Length > 0 && run.Hash != ContainerHash.Of(container))
            {
                return ($"Container {container.Name} definition changed, will be restarted", GraceOf(view.Pod));
            }
            var probes = view.ProbesOf(run);
            if (container.StartupProbe is { } startup && probes.Startup == false)
            {
                return ($"Container {container.Name} failed startup probe, will be restarted", ProbeGrace(startup));
            }
            if (container.LivenessProbe is { } liveness && probes.Liveness == false)
            {
                return ($"Container {container.Name} failed liveness probe, will be restarted", ProbeGrace(liveness));
            }
            return null;
        }

        private TimeSpan ProbeGrace(Probe probe) =>
            probe.TerminationGracePeriodSeconds is { } seconds ? Waits.Seconds(Math.Max(seconds, 1)) : GraceOf(view.Pod);

        private void StartAgain(Container container, RuntimeContainer run)
        {
            var ended = run.FinishedAt ?? run.CreatedAt;
            var backoff = _memory.Crashes.GetValueOrDefault(container.Name);
            var startAt = CrashBackoff.StartAt(backoff, ended);
            if (startAt <= view.Now)
            {
                Start(container, AttemptAfter(container, run), CrashBackoff.Next(backoff, ended, view.Now));
                return;
            }
            Wake(startAt);
            var message = CrashMessage(view.Pod, container, backoff!);
            if (_memory.Failures.GetValueOrDefault(container.Name)?.Message != message)
            {
                _actions.Add(new PodAction.ReportCrashBackoff(container.Name, message));
            }
        }

        private void Start(Container container, int attempt, CrashBackoff? backoff)
        {
            if (_memory.Failures.GetValueOrDefault(container.Name) is { } failure && failure.Reason != Reasons.CrashLoopBackOff)
            {
                if (failure.Reason == Reasons.ErrImagePull && failure.Pull)
                {
                    if (view.Now >= failure.At + PullErrorShown && view.Now < failure.RetryAt)
                    {
                        _actions.Add(new PodAction.ReportPullBackoff(container.Name));
                        return;
                    }
                    Wake(failure.At + PullErrorShown);
                }
                if (view.Now < failure.RetryAt)
                {
                    Wake(failure.RetryAt);
                    return;
                }
            }
            _actions.Add(new PodAction.StartContainer(container.Name, attempt, backoff));
        }

        private int AttemptAfter(Container container, RuntimeContainer? run)
        {
            run ??= _runtime.Find(container.Name);
            if (run is not null)
            {
                return run.Attempt + 1;
            }
            // The runtime has forgotten its runs; the status has not.
            var status = view.Pod.Status.ContainerStatuses.Concat(view.Pod.Status.InitContainerStatuses)
                .FirstOrDefault(status => status.Name == container.Name);
            return status is { ContainerID.Length: > 0 } ? status.RestartCount + 1 : 0;
        }

        /// <summary>Of each container the newest run and the one before are kept, for their state and logs.</summary>
        private void Tidy()
        {
            foreach (var runs in _runtime.Containers.GroupBy(container => container.Name))
            {
                foreach (var old in runs.Where(container => container.State == RuntimeState.Exited).OrderByDescending(container => container.Attempt)
                    .Skip(runs.Any(container => container.State == RuntimeState.Running) ? 1 : 2))
                {
                    _actions.Add(new PodAction.RemoveContainer(old));
                }
            }
            foreach (var old in _runtime.Sandboxes.Skip(1).Where(sandbox => !sandbox.IsReady && _runtime.Containers.All(container => container.SandboxId != sandbox.Id)))
            {
                _actions.Add(new PodAction.RemoveSandbox(old.Id));
            }
        }

        private bool MayTry(Obstacle? obstacle)
        {
            if (obstacle is null || view.Now >= obstacle.RetryAt)
            {
                return true;
            }
            Wake(obstacle.RetryAt);
            return false;
        }

        private void Wake(DateTimeOffset? at)
        {
            if (at is { } time && time > view.Now && (_wakeAt is null || time < _wakeAt))
            {
                _wakeAt = time;
            }
        }
    }

    /// <summary>The message of the state CrashLoopBackOff.</summary>
    internal static string CrashMessage(Pod pod, Container container, CrashBackoff backoff) =>
        $"back-off {GoDuration(backoff.Delay)} restarting failed container={container.Name} pod={Describe(pod)}";

    /// <summary>A pod in messages: <c>NAME_NAMESPACE(UID)</c>.</summary>
    internal static string Describe(Pod pod) => $"{pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.UID})";

    private static string GoDuration(TimeSpan time) => time.TotalMinutes < 1 ? $"{time.Seconds}s" : $"{(int)time.TotalMinutes}m{time.Seconds}s";
}
