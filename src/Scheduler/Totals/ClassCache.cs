namespace Navarch.Scheduler.Totals;

/// <summary>Values by key, of which the least recently used goes when there are too many.</summary>
internal sealed class ClassCache<TKey, TValue>(int capacity) where TKey : IEquatable<TKey>
{
    private readonly Dictionary<TKey, Entry> entries = [];
    private long uses;

    private sealed class Entry(TValue value)
    {
        public TValue Value { get; } = value;

        public long LastUse { get; set; }
    }

    public TValue GetOrAdd<TArgument>(TKey key, Func<TArgument, TValue> make, TArgument argument)
    {
        if (!entries.TryGetValue(key, out var entry))
        {
            if (entries.Count == capacity)
            {
                entries.Remove(LeastRecentlyUsed());
            }

            entry = new Entry(make(argument));
            entries.Add(key, entry);
        }

        entry.LastUse = ++uses;
        return entry.Value;
    }

    // A linear search: it runs only when a class is new, and what follows (counting all pods) is far dearer.
    private TKey LeastRecentlyUsed() => entries.MinBy(entry => entry.Value.LastUse).Key;
}
