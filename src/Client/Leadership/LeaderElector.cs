using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>
/// Lets one of many processes act. Whether another's lease is over is judged by this machine's clock alone: it counts from when
/// a renewal was seen, so clocks that differ do not matter, only clocks that run at different speeds.
/// </summary>
public sealed partial class LeaderElector(IClient client, LeaderElectionConfig config, TimeProvider time, Random random, ILogger log)
{
    // Timers may be early by less than this.
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    private Lease? observed;
    private long observedAt;

    // When the last request that was granted was sent. Whoever saw the grant counts from later than this.
    private long heldSince;

    /// <summary>This process leads, as far as it knows.</summary>
    public bool IsLeader { get; private set; }

    /// <summary>
    /// Again and again: waits for the lease, runs <paramref name="lead"/> while it is held, and cancels it when it is lost. Ends by
    /// cancellation (the lease is then given back), or by what <paramref name="lead"/> throws.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken ct)
    {
        while (true)
        {
            await AcquireAsync(ct);
            IsLeader = true;
            LogLeading(log, config.Lease, config.Identity);
            try
            {
                await LeadAsync(lead, ct);
            }
            finally
            {
                IsLeader = false;
                LogLost(log, config.Lease, config.Identity);
            }
        }
    }

    private async Task LeadAsync(Func<CancellationToken, Task> lead, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var leading = lead(stop.Token);
        var renewing = RenewAsync(stop.Token);
        var first = await Task.WhenAny(leading, renewing);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(leading, renewing);
        }
        catch (OperationCanceledException) when (!leading.IsFaulted && !renewing.IsFaulted)
        {
            // Both were asked to stop, or one was and the other had nothing left to do.
        }
        finally
        {
            if (first == leading || ct.IsCancellationRequested)
            {
                await ReleaseAsync(); // Only now: nobody may lead before this process has stopped to.
            }
        }

        ct.ThrowIfCancellationRequested();
    }

    private async Task AcquireAsync(CancellationToken ct)
    {
        while (!await TryHoldAsync(config.RenewDeadline / 2, ct))
        {
            // Candidates that start together must not ask together for ever. A lease that nobody renews is taken when it
            // runs out, not at the next of some attempts.
            var pause = config.RetryPeriod * (1 + (random.NextDouble() * 0.2));
            await Task.Delay(observed is { } lease && Remaining(lease) is var left && left > TimeSpan.Zero && left < pause ? left + Instant : pause, time, ct);
        }
    }

    /// <summary>Returns when the lease is lost, at the latest at the deadline, whatever the server does with an attempt.</summary>
    private async Task RenewAsync(CancellationToken ct)
    {
        while (true)
        {
            var left = config.RenewDeadline - time.GetElapsedTime(heldSince);
            await Task.Delay(Shorter(config.RetryPeriod, left), time, ct);
            left = config.RenewDeadline - time.GetElapsedTime(heldSince);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            if (!await TryHoldAsync(Shorter(left, config.RenewDeadline / 2), ct) && observed?.Spec.HolderIdentity != config.Identity)
            {
                return;
            }
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => TimeSpan.FromTicks(Math.Max(0, Math.Min(one.Ticks, other.Ticks)));

    private async Task<bool> TryHoldAsync(TimeSpan patience, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            // A server may be unable to take back what it has begun; it is not waited for.
            if (!await HoldAsync(either.Token).WaitAsync(either.Token))
            {
                return false;
            }

            heldSince = began;
            return true;
        }
        catch (Exception e) when ((e is ApiException || e.IsTransient) && !ct.IsCancellationRequested)
        {
            LogFailed(log, config.Lease, e.Message);
            return false;
        }
    }

    private async Task<bool> HoldAsync(CancellationToken ct)
    {
        var lease = await client.FindAsync<Lease>(config.Lease, ct);
        ct.ThrowIfCancellationRequested();
        if (lease is null)
        {
            var made = await client.CreateAsync(Held(new Lease { Metadata = new ObjectMeta { Namespace = config.Lease.Namespace, Name = config.Lease.Name } }), ct);
            ct.ThrowIfCancellationRequested(); // What nobody waits for any more must not change what is known.
            Observe(made);
            return true;
        }

        if (lease.Metadata.ResourceVersion != observed?.Metadata.ResourceVersion)
        {
            Observe(lease);
        }

        if (!MayTake(lease))
        {
            return false;
        }

        var held = await client.UpdateAsync(Held(lease), ct);
        ct.ThrowIfCancellationRequested();
        Observe(held);
        return true;
    }

    private bool MayTake(Lease lease)
    {
        var holder = lease.Spec.HolderIdentity ?? "";
        return holder.Length == 0 || holder == config.Identity || Remaining(lease) < TimeSpan.Zero;
    }

    /// <summary>How long others must still respect the lease.</summary>
    private TimeSpan Remaining(Lease lease) =>
        TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? config.LeaseDuration.TotalSeconds) - time.GetElapsedTime(observedAt);

    private Lease Held(Lease lease)
    {
        MicroTime now = time.GetUtcNow();
        var isMine = lease.Spec.HolderIdentity == config.Identity;
        return lease with
        {
            Spec = lease.Spec with
            {
                HolderIdentity = config.Identity,
                LeaseDurationSeconds = (int)config.LeaseDuration.TotalSeconds,
                AcquireTime = isMine ? lease.Spec.AcquireTime : now,
                RenewTime = now,
                LeaseTransitions = (lease.Spec.LeaseTransitions ?? 0) + (isMine || string.IsNullOrEmpty(lease.Spec.HolderIdentity) ? 0 : 1),
            },
        };
    }

    /// <summary>Gives the lease back, so that nobody has to wait for it to run out.</summary>
    private async Task ReleaseAsync()
    {
        if (observed is not { } lease || lease.Spec.HolderIdentity != config.Identity)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(config.RetryPeriod, time);
        try
        {
            await client.UpdateAsync(lease with { Spec = lease.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1 } }, timeout.Token);
        }
        catch (Exception e) when (e is ApiException || e.IsTransient)
        {
            LogFailed(log, config.Lease, e.Message);
        }
    }

    private void Observe(Lease lease)
    {
        observed = lease;
        observedAt = time.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Leading under {Lease} as {Identity}")]
    private static partial void LogLeading(ILogger log, NamespacedName lease, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "No longer leading under {Lease} as {Identity}")]
    private static partial void LogLost(ILogger log, NamespacedName lease, string identity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Lease} could not be held: {Cause}")]
    private static partial void LogFailed(ILogger log, NamespacedName lease, string cause);
}
