using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Navarch.Api;

/// <summary>
/// An immutable map from strings, kept sorted by key in ordinal order. Two arrays and no buckets: most maps
/// of the API have a handful of entries and live long in caches.
/// </summary>
[CollectionBuilder(typeof(Map), nameof(Map.Create))]
public sealed class Map<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<Map<TValue>>
{
    public static readonly Map<TValue> Empty = new([], []);

    private const int FewMax = 8;

    private readonly string[] keys;
    private readonly TValue[] values;

    internal Map(string[] keys, TValue[] values)
    {
        this.keys = keys;
        this.values = values;
    }

    public int Count => keys.Length;

    public IEnumerable<string> Keys => keys;

    public IEnumerable<TValue> Values => values;

    public TValue this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no key {key}");

    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? values[index] : default;
        return index >= 0;
    }

    /// <summary>The value of <paramref name="key"/>, or the type's default when there is none.</summary>
    public TValue? Find(string key) => TryGetValue(key, out var value) ? value : default;

    /// <summary>This map with <paramref name="key"/> set to <paramref name="value"/>.</summary>
    public Map<TValue> With(string key, TValue value)
    {
        var index = IndexOf(key);
        if (index >= 0)
        {
            var changed = (TValue[])values.Clone();
            changed[index] = value;
            return new Map<TValue>(keys, changed);
        }

        return new Map<TValue>([.. keys[..~index], key, .. keys[~index..]], [.. values[..~index], value, .. values[~index..]]);
    }

    /// <summary>This map with every change made, however many there are; of two with one key the last counts.</summary>
    public Map<TValue> WithAll(IReadOnlyCollection<KeyValuePair<string, TValue>> changes)
    {
        // One at a time each copies the map: a hundred thousand would copy it for minutes.
        if (changes.Count > FewMax)
        {
            return Map.From([.. this, .. changes]);
        }

        var changed = this;
        foreach (var (key, value) in changes)
        {
            changed = changed.With(key, value);
        }

        return changed;
    }

    /// <summary>This map without <paramref name="key"/>.</summary>
    public Map<TValue> Without(string key)
    {
        var index = IndexOf(key);
        return index < 0 ? this : new Map<TValue>([.. keys[..index], .. keys[(index + 1)..]], [.. values[..index], .. values[(index + 1)..]]);
    }

    /// <summary>The entry at a place in the order of the keys.</summary>
    public KeyValuePair<string, TValue> EntryAt(int index) => new(keys[index], values[index]);

    public bool Equals(Map<TValue>? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        return other is not null && keys.AsSpan().SequenceEqual(other.keys) && Same.Values(values, other.values);
    }

    public override bool Equals(object? obj) => Equals(obj as Map<TValue>);

    public override int GetHashCode() => keys.Length == 0 ? 0 : HashCode.Combine(keys.Length, keys[0], keys[^1]);

    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator()
    {
        for (var i = 0; i < keys.Length; i++)
        {
            yield return new(keys[i], values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string key) => keys.Length == 0 ? ~0 : Array.BinarySearch(keys, key, StringComparer.Ordinal);
}

/// <summary>Makes maps.</summary>
public static class Map
{
    /// <summary>A map of the entries; of two entries with one key the last wins.</summary>
    public static Map<TValue> Create<TValue>(ReadOnlySpan<KeyValuePair<string, TValue>> entries)
    {
        if (entries.Length == 0)
        {
            return Map<TValue>.Empty;
        }

        var keys = new string[entries.Length];
        var values = new TValue[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            (keys[i], values[i]) = entries[i];
        }

        return Sorted(keys, values, entries.Length);
    }

    /// <summary>A map of the entries; of two entries with one key the last wins.</summary>
    public static Map<TValue> From<TValue>(IEnumerable<KeyValuePair<string, TValue>> entries) =>
        entries as Map<TValue> ?? Create<TValue>(entries.ToArray());

    /// <summary>Sorts in place and takes the arrays over. Equal keys: the one that came last stays.</summary>
    internal static Map<TValue> Sorted<TValue>(string[] keys, TValue[] values, int count)
    {
        if (count == 0)
        {
            return Map<TValue>.Empty;
        }

        var ordered = true;
        for (var i = 1; i < count && ordered; i++)
        {
            ordered = string.CompareOrdinal(keys[i - 1], keys[i]) < 0;
        }

        if (!ordered)
        {
            var last = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
            for (var i = 0; i < count; i++)
            {
                last[keys[i]] = values[i];
            }

            return new Map<TValue>([.. last.Keys], [.. last.Values]);
        }

        return keys.Length == count ? new Map<TValue>(keys, values) : new Map<TValue>(keys[..count], values[..count]);
    }
}
