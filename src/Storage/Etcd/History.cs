namespace Navarch.Storage.Etcd;

/// <summary>Reads past changes, by a watch that is ended when it has reached the present.</summary>
internal sealed class History(EtcdClient client, EtcdStoreConfig config, TimeProvider time)
{
    /// <summary>Up to where everything was read.</summary>
    public long UpTo { get; private set; }

    /// <summary>The changes after one revision up to another, from whichever member answers.</summary>
    /// <exception cref="CompactedException">They are not all retained.</exception>
    public async IAsyncEnumerable<IReadOnlyList<StoreEvent>> ReadAsync(
        string prefix, long after, long upTo, long compacted, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        UpTo = after;
        for (var attempts = 1; UpTo < upTo; attempts++)
        {
            if (UpTo < compacted)
            {
                throw new CompactedException(UpTo, compacted);
            }

            var member = client.Member;
            await using (var watch = new WatchStream(member, UpTo, ct))
            {
                while (UpTo < upTo && await TryReadAsync(watch, ct) is { } changes)
                {
                    if (changes.Count == 0)
                    {
                        continue;
                    }
                    attempts = 0;
                    var wanted = Select(changes, prefix, upTo);
                    UpTo = Math.Min(upTo, changes[^1].Kv.ModRevision);
                    if (wanted.Count > 0)
                    {
                        yield return wanted;
                    }
                }
            }
            if (UpTo < upTo)
            {
                client.Avoid(member);
                await client.BackOffAsync(attempts, ct);
            }
        }
    }

    private static List<StoreEvent> Select(IReadOnlyList<Wire.Event> changes, string prefix, long upTo)
    {
        var wanted = new List<StoreEvent>();
        foreach (var change in changes)
        {
            if (change.Kv.ModRevision <= upTo && change.Kv.Key() is var key && key.StartsWith(prefix, StringComparison.Ordinal))
            {
                wanted.Add(change.ToStoreEvent(key, state: null));
            }
        }
        return wanted;
    }

    /// <summary>Null when the member cannot be read any more.</summary>
    private async Task<IReadOnlyList<Wire.Event>?> TryReadAsync(WatchStream watch, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(config.AttemptTimeout, time);
        await using var abandon = patience.Token.Register(watch.Abandon);
        try
        {
            return await watch.ReadAsync();
        }
        catch (EtcdException)
        {
            ct.ThrowIfCancellationRequested();
            return null;
        }
    }
}
