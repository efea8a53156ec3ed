namespace Navarch.Kubelet.Probes;

/// <summary>What the probes of one run of a container have found so far; null is "nothing yet".</summary>
internal sealed record ProbeResults(bool? Startup, bool? Liveness, bool? Readiness)
{
    public static ProbeResults None { get; } = new(null, null, null);
}
