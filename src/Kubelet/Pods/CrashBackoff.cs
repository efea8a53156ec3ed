namespace Navarch.Kubelet.Pods;

/// <summary>
/// A wait that doubles with every end of a container and is forgotten when one has run long enough. The first restart is
/// at once; from the second on there is a wait, counted from the end of the container.
/// </summary>
/// <param name="Delay">How long after its end the container may start again.</param>
/// <param name="Since">When that was decided.</param>
internal sealed record CrashBackoff(TimeSpan Delay, DateTimeOffset Since)
{
    public static readonly TimeSpan DelayMin = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan DelayMax = TimeSpan.FromMinutes(5);

    /// <summary>A container that ran for so long is not crash looping.</summary>
    public static readonly TimeSpan ForgottenAfter = DelayMax * 2;

    /// <summary>When a container that ended at <paramref name="ended"/> may start again.</summary>
    public static DateTimeOffset StartAt(CrashBackoff? backoff, DateTimeOffset ended) =>
        backoff is null || backoff.IsForgotten(ended) ? ended : ended + backoff.Delay;

    /// <summary>What to remember when a container that ended at <paramref name="ended"/> is started again.</summary>
    public static CrashBackoff Next(CrashBackoff? backoff, DateTimeOffset ended, DateTimeOffset now)
    {
        if (backoff is null || backoff.IsForgotten(ended))
        {
            return new CrashBackoff(DelayMin, now);
        }
        var delay = backoff.Delay * 2;
        return new CrashBackoff(delay < DelayMax ? delay : DelayMax, now);
    }

    private bool IsForgotten(DateTimeOffset ended) => ended - Since > ForgottenAfter;
}
