using Navarch.Storage.Etcd.Wire;

namespace Navarch.Storage.Etcd;

/// <summary>Reads what exists under a prefix, page by page, all as of the revision of the first.</summary>
internal sealed class RangePages(EtcdClient client, byte[] prefix)
{
    // Pages grow until they are about this long.
    private const int PageBytes = 4 << 20;
    private const int PageFirst = 500;
    private const int PageMax = 10_000;

    private readonly byte[] end = prefix.Length == 0 ? [0] : StoreKey.EndOf(prefix);
    private byte[] from = prefix.Length == 0 ? [0] : prefix;
    private int limit = PageFirst;
    private long revision;

    /// <summary>Whether there is nothing after what was read.</summary>
    public bool IsAtEnd { get; private set; }

    /// <exception cref="EtcdException">Among others: the revision was compacted, because reading took longer than history is kept.</exception>
    public async Task<StoreSnapshot> NextAsync(CancellationToken ct)
    {
        var page = await client.RangeAsync(
            new RangeRequest { Key = from.ToBytes(), RangeEnd = end.ToBytes(), Limit = limit, Revision = revision }, ct);
        revision = revision == 0 ? page.Header.Revision : revision;
        var entries = new List<StoredValue>(page.Kvs.Count);
        var bytes = 1L;
        foreach (var entry in page.Kvs)
        {
            entries.Add(entry.ToStored());
            bytes += entry.Value.Length;
        }
        IsAtEnd = !page.More || entries.Count == 0;
        if (!IsAtEnd)
        {
            from = [.. page.Kvs[^1].Key.Span, 0];
            limit = (int)Math.Clamp(PageBytes * (long)entries.Count / bytes, 1, PageMax);
        }
        return new StoreSnapshot(revision, entries);
    }
}
