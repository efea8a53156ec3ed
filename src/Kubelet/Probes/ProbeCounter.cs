using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Probes;

/// <summary>What a probe is asked for; the names are those of its messages.</summary>
internal enum ProbeKind
{
    Startup,
    Liveness,
    Readiness,
}

/// <summary>Counts attempts in a row and says when there have been enough of one kind to believe it.</summary>
internal sealed class ProbeCounter(Probe probe, ProbeKind kind)
{
    private const int FailuresDefault = 3;

    private bool? _last;
    private int _count;

    /// <summary>The result, once the threshold is reached; null before.</summary>
    public bool? Count(bool success)
    {
        _count = _last == success ? _count + 1 : 1;
        _last = success;
        // For startup and liveness one success is always enough.
        var successes = kind == ProbeKind.Readiness ? Math.Max(1, probe.SuccessThreshold) : 1;
        var failures = probe.FailureThreshold > 0 ? probe.FailureThreshold : FailuresDefault;
        return _count >= (success ? successes : failures) ? success : null;
    }
}
