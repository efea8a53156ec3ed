namespace Navarch.Storage.Etcd;

/// <summary>Few leases for many keys: keys that are written within a short time with the same time to live expire together.</summary>
/// <remarks>
/// A lease of its own for every event of a cluster would cost the members more than the events. Bounds are upstream's: one is
/// used for a twentieth of the time to live, at most a minute, and for at most 1000 keys, so that ending it is a small change.
/// </remarks>
internal sealed class LeasePool(EtcdClient client, TimeProvider time)
{
    private const int KeysPerLeaseMax = 1000;
    private const int Share = 20;
    private static readonly TimeSpan UseMax = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();

    // Guarded by `gate`:
    private readonly Dictionary<TimeSpan, Granted> granted = [];

    /// <summary>A lease that lasts at least <paramref name="timeToLive"/>, and at most a twentieth longer.</summary>
    /// <param name="lost">Why an earlier attempt of the same write may have been carried out; null if none was.</param>
    /// <exception cref="StoreUnavailableException">None was to be had.</exception>
    /// <exception cref="StoreOutcomeUnknownException">None was to be had, and an earlier attempt may have been carried out.</exception>
    public async Task<long> GetAsync(TimeSpan timeToLive, EtcdException? lost)
    {
        try
        {
            return await Take(timeToLive);
        }
        catch (Exception e) when (lost is not null && e is EtcdException or StoreUnavailableException)
        {
            throw new StoreOutcomeUnknownException($"whether the key was written is not known: {lost!.Message}", lost);
        }
    }

    /// <summary>The cluster does not know it any more.</summary>
    public void Forget(long lease)
    {
        lock (gate)
        {
            foreach (var (timeToLive, _) in granted.Where(entry => entry.Value.Id.IsCompletedSuccessfully && entry.Value.Id.GetAwaiter().GetResult() == lease).ToList())
            {
                granted.Remove(timeToLive);
            }
        }
    }

    private Task<long> Take(TimeSpan timeToLive)
    {
        var use = TimeSpan.FromTicks(Math.Min(timeToLive.Ticks / Share, UseMax.Ticks));
        lock (gate)
        {
            if (!granted.TryGetValue(timeToLive, out var lease)
                || lease.Id.IsFaulted || lease.Keys >= KeysPerLeaseMax || time.GetElapsedTime(lease.Since) >= use)
            {
                granted[timeToLive] = lease = new Granted(GrantAsync(timeToLive + use), time.GetTimestamp());
            }
            lease.Keys++;
            return lease.Id;
        }
    }

    private async Task<long> GrantAsync(TimeSpan timeToLive) =>
        (await client.GrantAsync((long)Math.Ceiling(timeToLive.TotalSeconds), CancellationToken.None)).Id;

    private sealed class Granted(Task<long> id, long since)
    {
        public Task<long> Id => id;

        public long Since => since;

        public int Keys { get; set; }
    }
}
