using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Probes;

namespace Navarch.Kubelet.Tests.Pods;

/// <summary>A pod whose runtime is a model: applies plans to it until nothing is left to do.</summary>
internal sealed class SimulatedPod(Pod pod, RuntimePod runtime, bool isGone)
{
    // More than any pod of these tests needs: a plan that never ends is found, not waited for.
    private const int StepsMax = 100;

    private Pod _pod = pod;
    private RuntimePod _runtime = runtime;
    private PodMemory _memory = PodMemory.Empty;
    private bool _isGone = isGone;
    private int _ids;

    public static SimulatedPod Random(Random random)
    {
        var names = Enumerable.Range(0, random.Next(1, 4)).Select(i => $"c{i}").ToList();
        var inits = Enumerable.Range(0, random.Next(3)).Select(i => $"i{i}").ToList();
        var pod = A.Pod([.. names.Select(name => A.Container(name))]).With(
            (string[])[RestartPolicy.Always, RestartPolicy.OnFailure, RestartPolicy.Never] is var policies ? policies[random.Next(3)] : "",
            [.. inits.Select(name => A.Container(name, random.Next(2) == 0 ? ContainerRestartPolicy.Always : null))]);
        if (random.Next(3) == 0)
        {
            pod = pod.Deleted();
        }
        var sandboxes = Enumerable.Range(0, random.Next(3))
            .Select(i => new RuntimeSandbox($"s{i}", i, random.Next(2) == 0, A.Now, ["10.0.0.1"])).Reverse().ToList();
        var containers = new List<RuntimeContainer>();
        foreach (var name in names.Concat(inits).Append("stranger"))
        {
            for (var attempt = 0; attempt < random.Next(4) && sandboxes.Count > 0; attempt++)
            {
                var sandbox = sandboxes[random.Next(sandboxes.Count)].Id;
                containers.Add(A.Exited(name, random.Next(2), attempt, sandbox, secondsAgo: 100) with { State = (RuntimeState)random.Next(4) });
            }
        }
        return new SimulatedPod(pod, new RuntimePod("uid-1", "default", "web", sandboxes, [.. containers.OrderByDescending(c => c.Attempt)]), random.Next(5) == 0);
    }

    public void Settle()
    {
        for (var step = 0; step < StepsMax; step++)
        {
            var view = View();
            var status = PodStatusView.Compute(view, ["192.0.2.1"], "test");
            Assert.Equal(_pod.Spec.Containers.Count, status.ContainerStatuses.Count);
            var plan = PodPlan.Make(view);
            if (plan.Actions.Count == 0)
            {
                if (status.Phase is PodPhase.PodSucceeded or PodPhase.PodFailed && !view.MustEnd)
                {
                    _pod = _pod with { Status = status };
                    continue;
                }
                Assert.True(!_isGone || _runtime.IsEmpty, "something is left of a pod that is gone");
                Assert.Equal(status, PodStatusView.Compute(View() with { Pod = _pod with { Status = status } }, ["192.0.2.1"], "test"));
                return;
            }
            Apply(plan.Actions[0]);
        }
        Assert.Fail($"the plan never ends: {string.Join(", ", PodPlan.Make(View()).Actions)}");
    }

    private PodView View()
    {
        var passed = _runtime.Running.ToImmutableDictionary(run => run.Id, _ => new ProbeResults(true, true, true));
        return new PodView(_pod, _isGone, _runtime, _memory, passed, A.Now);
    }

    private void Apply(PodAction action)
    {
        switch (action)
        {
            case PodAction.SetUp:
                _memory = _memory with { IsSetUp = true };
                break;
            case PodAction.StartSandbox start:
                _runtime = _runtime with { Sandboxes = [new RuntimeSandbox($"new{_ids++}", start.Attempt, true, A.Now, ["10.0.0.2"]), .. _runtime.Sandboxes] };
                break;
            case PodAction.StartContainer start:
                // Init containers end at once, the others run on.
                var isInit = _pod.Spec.InitContainers.Any(init => init.Name == start.Name && !RestartRules.IsSidecar(init));
                var run = (isInit ? A.Exited(start.Name, 0, start.Attempt) : A.Running(start.Name, start.Attempt)) with
                {
                    Id = $"new{_ids++}", SandboxId = _runtime.Sandbox!.Id,
                };
                _runtime = _runtime with { Containers = [run, .. _runtime.Containers] };
                break;
            case PodAction.StopContainer stop:
                End(run => run.Id == stop.Container.Id);
                break;
            case PodAction.StopPod stop:
                End(run => stop.Containers.Concat(stop.Sidecars).Any(stopped => stopped.Id == run.Id));
                break;
            case PodAction.StopSandbox stop:
                _runtime = _runtime with { Sandboxes = [.. _runtime.Sandboxes.Select(s => s.Id == stop.Id ? s with { IsReady = false } : s)] };
                End(run => run.SandboxId == stop.Id);
                break;
            case PodAction.RemoveContainer remove:
                _runtime = _runtime with { Containers = [.. _runtime.Containers.Where(run => run.Id != remove.Container.Id)] };
                break;
            case PodAction.RemoveSandbox remove:
                _runtime = _runtime with
                {
                    Sandboxes = [.. _runtime.Sandboxes.Where(s => s.Id != remove.Id)],
                    Containers = [.. _runtime.Containers.Where(run => run.SandboxId != remove.Id)],
                };
                break;
            case PodAction.TearDown:
                _memory = _memory with { IsTornDown = true };
                break;
            case PodAction.DeleteObject:
                _isGone = true;
                break;
            default:
                Assert.Fail($"unexpected {action}");
                break;
        }
    }

    private void End(Func<RuntimeContainer, bool> which) => _runtime = _runtime with
    {
        Containers = [.. _runtime.Containers.Select(run => which(run) && run.State is RuntimeState.Running or RuntimeState.Unknown
            ? run with { State = RuntimeState.Exited, ExitCode = 137, FinishedAt = A.Now }
            : run)],
    };
}
