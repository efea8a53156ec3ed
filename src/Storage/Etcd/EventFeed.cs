using Navarch.Storage.Watching;

namespace Navarch.Storage.Etcd;

/// <summary>
/// Keeps the hub equal to the cluster: follows one member for as long as it speaks, then another from the same revision.
/// </summary>
internal sealed class EventFeed(
    EtcdStoreConfig config, EtcdClient client, PendingCommits pending, WatchHub hub, Revisions revisions, ulong clusterId, TimeProvider time)
{
    /// <summary>How often changes were missed because they were compacted while no member could be followed.</summary>
    public int Gaps { get; private set; }

    /// <summary>Ends by cancellation, or because this is not the cluster that it was.</summary>
    /// <exception cref="StoreFailedException">Revisions would mean something else from here on.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var isGap = false;
        for (var attempts = 0; ; attempts++)
        {
            var member = client.Member;
            var before = revisions.Reached;
            try
            {
                if (isGap)
                {
                    await SkipAsync(ct);
                    isGap = false;
                }
                await FollowAsync(member, ct);
            }
            catch (CompactedException)
            {
                isGap = true;
            }
            catch (Exception e) when (e is EtcdException or StoreUnavailableException)
            {
                ct.ThrowIfCancellationRequested();
                client.Avoid(member);
            }
            attempts = revisions.Reached > before ? 0 : attempts;
            await client.BackOffAsync(attempts, ct);
        }
    }

    private async Task FollowAsync(GrpcEndpoint member, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var watch = new WatchStream(member, revisions.Reached, ct);
        var guard = GuardAsync(watch, stop.Token);
        try
        {
            while (true)
            {
                var changes = await watch.ReadAsync();
                if (watch.ClusterId != clusterId && watch.ClusterId != 0)
                {
                    throw new StoreFailedException($"{member.Address} belongs to another etcd cluster than when the store was opened");
                }
                if (changes.Count > 0)
                {
                    Publish(changes);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await guard;
        }
    }

    private void Publish(IReadOnlyList<Wire.Event> changes)
    {
        var batch = new StoreEvent[changes.Count];
        for (var i = 0; i < batch.Length; i++)
        {
            var change = changes[i];
            var key = change.Kv.Key();
            var own = pending.Find(key, change.Type == Wire.Event.Types.EventType.Delete, change.Kv.Value.Span, change.PreviousRevision());
            batch[i] = change.ToStoreEvent(key, own.Count > 0 ? own[0].Write.State : null);
            foreach (var commit in own)
            {
                commit.Add(batch[i]);
            }
        }
        hub.Publish(batch);
        revisions.Advance(batch[^1].ModRevision);
    }

    /// <summary>Notices a member that is silent, or that answers and yet does not tell what others say has happened.</summary>
    private async Task GuardAsync(WatchStream watch, CancellationToken ct)
    {
        var (heard, reached, wasAwaited, wasAsked) = (0L, 0L, false, false);
        try
        {
            while (true)
            {
                await Task.Delay(config.SilenceMax, time, ct);
                var isSilent = watch.Heard == heard;
                var isBehind = wasAwaited && revisions.IsAwaited && revisions.Reached == reached;
                if (isBehind || (isSilent && wasAsked))
                {
                    watch.Abandon();
                    return;
                }
                if (isSilent)
                {
                    watch.Ask();
                }
                (heard, reached, wasAwaited, wasAsked) = (watch.Heard, revisions.Reached, revisions.IsAwaited, isSilent);
            }
        }
        catch (OperationCanceledException)
        {
            // The watch has ended.
        }
    }

    // Nobody could be followed for longer than history is kept. Watchers must look anew; this feed goes on from now.
    private async Task SkipAsync(CancellationToken ct)
    {
        var newest = (await client.RangeAsync(Fence.Question, ct)).Header.Revision;
        Gaps++;
        hub.Skip(newest, new CompactedException(revisions.Reached, newest));
        revisions.Advance(newest);
    }
}
