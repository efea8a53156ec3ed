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
    private Lease? observed;
    private long observedAt;

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
        while (!await TryHoldAsync(ct))
        {
            // Candidates that start together must not ask together for ever.
            await Task.Delay(config.RetryPeriod * (1 + (random.NextDouble() * 0.2)), time, ct);
        }
    }

    /// <summary>Returns when the lease is lost.</summary>
    private async Task RenewAsync(CancellationToken ct)
    {
        var renewedAt = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(config.RetryPeriod, time, ct);
            if (await TryHoldAsync(ct))
            {
                renewedAt = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(renewedAt) > config.RenewDeadline || observed?.Spec.HolderIdentity != config.Identity)
            {
                return;
            }
        }
    }

    private async Task<bool> TryHoldAsync(CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(config.RenewDeadline / 2, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            var lease = await client.FindAsync<Lease>(config.Lease, either.Token);
            if (lease is null)
            {
                Observe(await client.CreateAsync(Held(new Lease { Metadata = new ObjectMeta { Namespace = config.Lease.Namespace, Name = config.Lease.Name } }), either.Token));
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

            Observe(await client.UpdateAsync(Held(lease), either.Token));
            return true;
        }
        catch (Exception e) when ((e is ApiException || e.IsTransient) && !ct.IsCancellationRequested)
        {
            LogFailed(log, config.Lease, e.Message);
            return false;
        }
    }

    private bool MayTake(Lease lease)
    {
        var holder = lease.Spec.HolderIdentity ?? "";
        var duration = TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? config.LeaseDuration.TotalSeconds);
        return holder.Length == 0 || holder == config.Identity || time.GetElapsedTime(observedAt) > duration;
    }

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
