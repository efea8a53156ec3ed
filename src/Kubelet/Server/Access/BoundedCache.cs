using System.Diagnostics.CodeAnalysis;

namespace Navarch.Kubelet.Server.Access;

/// <summary>
/// Keeps answers for as long as they are good, and never more of them than its capacity: the oldest makes room, so that
/// callers who ask something else each time cost no memory.
/// </summary>
internal sealed class BoundedCache<T>(int capacity, TimeProvider time)
{
    // Guards both.
    private readonly Lock _guard = new();
    private readonly Dictionary<string, (T Value, long At, TimeSpan Ttl)> _entries = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public int Count
    {
        get
        {
            lock (_guard)
            {
                return _entries.Count;
            }
        }
    }

    public bool TryGet(string key, [MaybeNullWhen(false)] out T value)
    {
        lock (_guard)
        {
            if (_entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At) < entry.Ttl)
            {
                value = entry.Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    public void Set(string key, T value, TimeSpan ttl)
    {
        lock (_guard)
        {
            if (!_entries.ContainsKey(key))
            {
                if (_entries.Count == capacity)
                {
                    _entries.Remove(_order.Dequeue());
                }
                _order.Enqueue(key);
            }
            _entries[key] = (value, time.GetTimestamp(), ttl);
        }
    }
}
