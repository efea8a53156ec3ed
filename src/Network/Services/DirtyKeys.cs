using System.Threading.Channels;
using Navarch.Client;

namespace Navarch.Network.Services;

/// <summary>
/// Names of Services that something happened to, gathered while the proxy works: a burst of events becomes one transaction.
/// </summary>
internal sealed class DirtyKeys
{
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock guard = new();
    private HashSet<NamespacedName> keys = [];

    public void Add(NamespacedName key)
    {
        lock (guard)
        {
            keys.Add(key);
        }
        signal.Writer.TryWrite(true);
    }

    /// <summary>Wakes the taker without a key.</summary>
    public void Wake() => signal.Writer.TryWrite(true);

    /// <summary>Waits for a key or a wake-up, at most until <paramref name="ct"/>; gives all keys there are then, maybe none.</summary>
    public async Task<IReadOnlyCollection<NamespacedName>> TakeAsync(CancellationToken ct)
    {
        await signal.Reader.ReadAsync(ct);
        return TakeAll();
    }

    /// <summary>Takes what is there, without waiting.</summary>
    public IReadOnlyCollection<NamespacedName> TakeAll()
    {
        lock (guard)
        {
            var taken = keys;
            keys = [];
            return taken;
        }
    }
}
