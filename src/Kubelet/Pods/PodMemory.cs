using System.Collections.Immutable;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// What the kubelet knows of a pod beyond what the API and the runtime say: what it tried, and when it may try again.
/// Losing it, as a restart does, costs a few early attempts and nothing else.
/// </summary>
internal sealed record PodMemory
{
    public static PodMemory Empty { get; } = new();

    /// <summary>Directories, volumes and control groups are there.</summary>
    public bool IsSetUp { get; init; }

    /// <summary>They have been removed again: there will be no more containers.</summary>
    public bool IsTornDown { get; init; }

    /// <summary>The server has been told that the object can go. Finalizers of others may still hold it.</summary>
    public bool IsObjectDeleted { get; init; }

    /// <summary>Why the pod as a whole cannot go on: its volumes, or its sandbox.</summary>
    public Obstacle? Obstacle { get; init; }

    /// <summary>Why containers could not be started, by name.</summary>
    public ImmutableDictionary<string, StartFailure> Failures { get; init; } = ImmutableDictionary<string, StartFailure>.Empty;

    /// <summary>How long to wait after the next end of a container, by name.</summary>
    public ImmutableDictionary<string, CrashBackoff> Crashes { get; init; } = ImmutableDictionary<string, CrashBackoff>.Empty;

    /// <summary>Why the pod is not allowed to run here, if it is not.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>The shortest grace with which containers have been asked to stop so far.</summary>
    public TimeSpan? StopGrace { get; init; }
}

/// <summary>Something failed; it is tried again at <paramref name="RetryAt"/>.</summary>
/// <param name="Delay">The wait before the next try, from which the one after grows.</param>
internal sealed record Obstacle(string Message, TimeSpan Delay, DateTimeOffset RetryAt)
{
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(15);

    public static Obstacle Next(Obstacle? previous, string message, DateTimeOffset now)
    {
        var delay = previous is null ? DelayMin : previous.Delay * 2;
        delay = delay < DelayMax ? delay : DelayMax;
        return new Obstacle(message, delay, now + delay);
    }
}

/// <summary>A container that could not be started, and how that reads in the pod's status.</summary>
/// <param name="Pull">Set when it was the image that could not be had.</param>
internal sealed record StartFailure(string Reason, string Message, TimeSpan Delay, DateTimeOffset At, bool Pull = false)
{
    public DateTimeOffset RetryAt => At + Delay;
}

/// <summary>The pod was refused, for good.</summary>
internal sealed record Rejection(string Reason, string Message);
