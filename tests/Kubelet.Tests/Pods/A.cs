using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Probes;

namespace Navarch.Kubelet.Tests.Pods;

/// <summary>Builds what tests are about; the rest is ordinary.</summary>
internal static class A
{
    public const string Sandbox = "sandbox-0";

    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static Container Container(string name, string? restartPolicy = null) =>
        new() { Name = name, Image = "image", RestartPolicy = restartPolicy, ImagePullPolicy = PullPolicy.PullIfNotPresent };

    public static Pod Pod(params Container[] containers) => new()
    {
        Metadata = new ObjectMeta { Name = "web", Namespace = "default", UID = "uid-1", Generation = 3 },
        Spec = new PodSpec { Containers = containers, RestartPolicy = RestartPolicy.Always, NodeName = "node" },
        Status = new PodStatus { Phase = PodPhase.PodPending, StartTime = Now },
    };

    public static Pod Deleted(this Pod pod, long graceSeconds = 30) => pod with
    {
        Metadata = pod.Metadata with { DeletionTimestamp = Now, DeletionGracePeriodSeconds = graceSeconds },
    };

    public static Pod With(this Pod pod, string? policy = null, Container[]? init = null, string? phase = null) => pod with
    {
        Spec = pod.Spec with { RestartPolicy = policy ?? pod.Spec.RestartPolicy, InitContainers = init ?? pod.Spec.InitContainers },
        Status = pod.Status with { Phase = phase ?? pod.Status.Phase },
    };

    public static RuntimeContainer Running(string name, int attempt = 0, string sandbox = Sandbox) => new()
    {
        Id = $"{name}-{attempt}", SandboxId = sandbox, Name = name, Attempt = attempt, State = RuntimeState.Running,
        CreatedAt = Now.AddSeconds(-60), StartedAt = Now.AddSeconds(-60), Image = "image:tag", ImageId = "sha256:1",
    };

    public static RuntimeContainer Exited(string name, int code, int attempt = 0, string sandbox = Sandbox, double secondsAgo = 1) => Running(name, attempt, sandbox) with
    {
        State = RuntimeState.Exited, ExitCode = code, FinishedAt = Now.AddSeconds(-secondsAgo), Reason = code == 0 ? "Completed" : "Error",
    };

    public static RuntimePod Runtime(params RuntimeContainer[] containers) => new(
        "uid-1", "default", "web", [new RuntimeSandbox(Sandbox, 0, true, Now, ["10.1.2.3"])], [.. containers.OrderByDescending(c => c.Attempt)]);

    public static PodView View(
        Pod pod, RuntimePod? runtime = null, PodMemory? memory = null, (string Id, ProbeResults Results)[]? probes = null, bool isGone = false, DateTimeOffset? now = null) =>
        new(pod, isGone, runtime ?? RuntimePod.None("uid-1", "default", "web"), memory ?? new PodMemory { IsSetUp = true },
            (probes ?? []).ToImmutableDictionary(probe => probe.Id, probe => probe.Results), now ?? Now);
}
