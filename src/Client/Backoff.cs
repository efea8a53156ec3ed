namespace Navarch.Client;

/// <summary>
/// Delays that double from <paramref name="first"/> to <paramref name="last"/>. Each is shortened by up to a half at random,
/// so that those who failed together do not come back together. Not for concurrent use.
/// </summary>
public sealed class Backoff(TimeSpan first, TimeSpan last, Random random)
{
    private TimeSpan? next;

    /// <summary>How long to wait now; longer each time until <see cref="Reset"/>.</summary>
    public TimeSpan Next()
    {
        var delay = next ?? first;
        next = delay > last / 2 ? last : delay * 2;
        return delay * (1 - (random.NextDouble() / 2));
    }

    public void Reset() => next = null;
}
