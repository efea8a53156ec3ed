using Navarch.Storage.Etcd.Wire;

namespace Navarch.Storage.Etcd;

/// <summary>Makes each write happen at most once, and reports what became of it also where the answer was lost.</summary>
/// <remarks>
/// Every write is one transaction that compares the key's revision, so that it can be sent again without harm: the
/// second finds another revision. Many are under way at a time over the one connection. A write is answered when the feed
/// has delivered its event, which is where its caller will look for it.
/// </remarks>
internal sealed class Committer(EtcdClient client, Fence fence, LeasePool leases, PendingCommits pending, Revisions revisions, EventFeed feed)
{
    public async Task<CommitResult> CommitAsync(StoreWrite write, byte[] key, CancellationToken ct)
    {
        if (write.ExpectedRevision is { } expected)
        {
            return await CommitAsync(write, key, expected, ct);
        }

        // Without a condition it could not be sent twice: what is there now becomes the condition, for as long as others are faster.
        var current = (await client.RangeAsync(new RangeRequest { Key = key.ToBytes() }, ct)).Kvs.FirstOrDefault()?.ToStored();
        while (!write.IsDelete || current is not null)
        {
            var result = await CommitAsync(write, key, current?.ModRevision ?? 0, ct);
            if (result is not CommitResult.Conflict conflict)
            {
                return result;
            }
            current = conflict.Current;
        }
        return new CommitResult.Conflict(null);
    }

    private async Task<CommitResult> CommitAsync(StoreWrite write, byte[] key, long expected, CancellationToken ct)
    {
        var commit = new PendingCommit(write, expected);
        pending.Add(commit);
        try
        {
            return await SendAsync(commit, key, ct);
        }
        finally
        {
            pending.Remove(commit);
        }
    }

    private async Task<CommitResult> SendAsync(PendingCommit commit, byte[] key, CancellationToken ct)
    {
        var (deadline, gaps) = (client.Deadline(), feed.Gaps);
        EtcdException? lost = null; // Why it is not known whether an earlier attempt was carried out.
        for (var attempts = 1; ; attempts++)
        {
            var position = fence.Position;
            var lease = commit.Write.TimeToLive is { } timeToLive ? await leases.GetAsync(timeToLive, lost) : 0;
            TxnResponse answer;
            try
            {
                answer = await client.TryTxnAsync(Request(commit, key, position, lease), CancellationToken.None);
            }
            catch (EtcdException e)
            {
                lost = e.MayHaveHappened ? e : lost;
                if (ct.IsCancellationRequested)
                {
                    // Whoever wanted it is gone, and may have asked elsewhere by now, or leads no more: it is not sent again.
                    throw lost is null ? new OperationCanceledException(ct) : Unknown(commit, lost);
                }
                if (e.MayHaveHappened)
                {
                    await SettleAsync(commit, position, deadline, e);
                }
                if (e.IsLeaseGone)
                {
                    leases.Forget(lease);
                }
                else if (!e.IsTransient || deadline.HasPassed)
                {
                    throw lost is null ? Refused(e) : Unknown(commit, lost);
                }
                await client.BackOffAsync(attempts, CancellationToken.None);
                continue;
            }

            if (answer.Succeeded)
            {
                await revisions.WaitAsync(answer.Header.Revision);
                return new CommitResult.Committed(commit.Find(answer.Header.Revision) ?? await ReadAsync(commit, key, answer.Header.Revision));
            }

            var current = answer.Responses[0].ResponseRange.Kvs.FirstOrDefault()?.ToStored();
            fence.Learn(answer.Responses[1].ResponseRange);
            if ((current?.ModRevision ?? 0) != commit.Expected)
            {
                return lost is null ? new CommitResult.Conflict(current) : await ResolveAsync(commit, current, answer.Header.Revision, gaps, lost);
            }
            // Only the fence was in the way.
        }
    }

    // The fence has moved since the answer was lost, so what is to be seen now is what became of the write.
    private async Task<CommitResult> ResolveAsync(PendingCommit commit, StoredValue? current, long revision, int gaps, EtcdException lost)
    {
        await revisions.WaitAsync(revision);
        return commit.First() switch
        {
            null when feed.Gaps != gaps => throw Unknown(commit, lost),
            null => new CommitResult.Conflict(current),
            // Deleted, by this write or by another that expected the same: a delete leaves nothing to know it by.
            { Type: StoreEventType.Delete } => throw Unknown(commit, lost),
            var change => new CommitResult.Committed(change),
        };
    }

    private async Task SettleAsync(PendingCommit commit, long position, Deadline deadline, EtcdException lost)
    {
        try
        {
            await fence.MoveAsync(position, deadline);
        }
        catch (EtcdException)
        {
            throw Unknown(commit, lost);
        }
    }

    // The event came without what it replaced, because that was compacted meanwhile, and so could not be known by it.
    private async Task<StoreEvent> ReadAsync(PendingCommit commit, byte[] key, long revision)
    {
        if (!commit.Write.IsDelete)
        {
            try
            {
                var found = await client.RangeAsync(new RangeRequest { Key = key.ToBytes(), Revision = revision }, CancellationToken.None);
                return new Event { Kv = found.Kvs[0] }.ToStoreEvent(commit.Write.Key, commit.Write.State);
            }
            catch (EtcdException e) when (e.IsCompacted)
            {
                // Replaced since, and compacted too. What was written is known.
            }
        }
        return new()
        {
            Type = commit.Write.IsDelete ? StoreEventType.Delete : StoreEventType.Put,
            Key = commit.Write.Key,
            ModRevision = revision,
            CreateRevision = commit.Expected == 0 ? revision : 0,
            Version = commit.Expected == 0 ? 1 : 0,
            Value = commit.Write.Value ?? default,
            Previous = null,
            State = commit.Write.State,
        };
    }

    private static TxnRequest Request(PendingCommit commit, byte[] key, long position, long lease)
    {
        var bytes = key.ToBytes();
        return new()
        {
            Compare =
            {
                new Compare { Key = bytes, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = commit.Expected },
                Fence.IsAt(position),
            },
            Success =
            {
                commit.Write.Value is { } value
                    ? new RequestOp { RequestPut = new PutRequest { Key = bytes, Value = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(value), Lease = lease } }
                    : new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = bytes } },
            },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = bytes } }, Fence.Asked },
        };
    }

    private static Exception Refused(EtcdException e) => e.IsTooLarge
        ? StoreWrite.NotStorable(e.Message)
        : new StoreUnavailableException($"etcd did not make the change: {e.Message}", e);

    private static StoreOutcomeUnknownException Unknown(PendingCommit commit, EtcdException lost) =>
        new($"whether {commit.Write.Key} was {(commit.Write.IsDelete ? "deleted" : "written")} is not known: {lost.Message}", lost);
}
