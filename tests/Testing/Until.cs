using System.Diagnostics;
using Navarch.Api;

namespace Navarch.Testing;

/// <summary>Waits for conditions. Under a virtual clock, time passes as soon as everybody waits for it.</summary>
public static class Until
{
    // Real time: only a test that would fail anyway waits this long.
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(2);

    /// <summary>Waits until <paramref name="condition"/> holds, without moving any clock.</summary>
    public static Task TrueAsync(Func<bool> condition, string what = "the condition") => TrueAsync(null, condition, what);

    /// <summary>Waits until <paramref name="condition"/> holds; each time nothing moves for a moment, the clock jumps to its next timer.</summary>
    public static async Task TrueAsync(FakeTime? time, Func<bool> condition, string what = "the condition")
    {
        var patience = Stopwatch.StartNew();
        for (var round = 1; !condition(); round++)
        {
            if (patience.Elapsed > PatienceMax)
            {
                throw new TimeoutException($"waited in vain for {what}");
            }

            await Task.Delay(1);
            if (round % 5 == 0 && time?.NextTimer is { } next)
            {
                time.Advance(next < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : next);
            }
        }
    }

    /// <summary>Waits until the cluster's objects of one kind are as wanted; returns them.</summary>
    public static async Task<IReadOnlyList<T>> UntilAsync<T>(this FakeCluster cluster, FakeTime? time, Func<IReadOnlyList<T>, bool> condition)
        where T : class, IResource<T>
    {
        IReadOnlyList<T> seen = [];
        try
        {
            await TrueAsync(time, () => condition(seen = cluster.All<T>()), $"the {T.ResourceType.Plural} to be as wanted");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}: {string.Join(", ", seen.Select(item => item.Metadata.Name))}", e);
        }

        return seen;
    }
}
