using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Navarch.Api;

namespace Navarch.Client;

/// <summary>
/// An immutable set of objects of one kind, with indexes. A change makes a new set that shares nearly everything with the
/// old one, so a reader keeps its set as long as it likes and sees one moment throughout.
/// </summary>
public sealed class ObjectSet<T> where T : class, IResource<T>
{
    private readonly ImmutableDictionary<NamespacedName, T> items;
    private readonly ImmutableArray<Index> indexes;

    private ObjectSet(ImmutableDictionary<NamespacedName, T> items, ImmutableArray<Index> indexes)
    {
        this.items = items;
        this.indexes = indexes;
    }

    public static ObjectSet<T> Empty { get; } = new(ImmutableDictionary<NamespacedName, T>.Empty, []);

    public int Count => items.Count;

    /// <summary>All objects, in no order.</summary>
    public IEnumerable<T> Items => items.Values;

    public bool TryGet(NamespacedName name, [MaybeNullWhen(false)] out T item) => items.TryGetValue(name, out item);

    public T? Find(NamespacedName name) => items.GetValueOrDefault(name);

    /// <summary>Objects under <paramref name="key"/> in the index, in the order of their names.</summary>
    /// <exception cref="KeyNotFoundException">There is no index of that name.</exception>
    public IReadOnlyList<T> By(string index, string key) =>
        Get(index).Entries.TryGetValue(key, out var found) ? [.. found.Values] : [];

    /// <summary>Keys of the index that have objects.</summary>
    public IEnumerable<string> KeysOf(string index) => Get(index).Entries.Keys;

    public bool HasIndex(string index) => indexes.Any(known => known.Name == index);

    /// <summary>This set with one more index; the same set when it has one of that name.</summary>
    public ObjectSet<T> WithIndex(string name, Func<T, IEnumerable<string>> keysOf) =>
        HasIndex(name) ? this : new(items, indexes.Add(new Index(name, keysOf, NoEntries).Of(items.Values)));

    public ObjectSet<T> With(T item)
    {
        var name = NamespacedName.Of(item);
        var before = items.GetValueOrDefault(name);
        return new(items.SetItem(name, item), [.. indexes.Select(index => index.Without(before, name).With(item, name))]);
    }

    public ObjectSet<T> Without(NamespacedName name) => items.TryGetValue(name, out var before)
        ? new(items.Remove(name), [.. indexes.Select(index => index.Without(before, name))])
        : this;

    /// <summary>A set of other objects with the same indexes.</summary>
    public ObjectSet<T> ReplacedBy(IEnumerable<T> others)
    {
        var builder = ImmutableDictionary.CreateBuilder<NamespacedName, T>();
        foreach (var item in others)
        {
            builder[NamespacedName.Of(item)] = item;
        }

        var all = builder.ToImmutable();
        return new(all, [.. indexes.Select(index => index.Of(all.Values))]);
    }

    private static readonly ImmutableDictionary<string, ImmutableSortedDictionary<NamespacedName, T>> NoEntries =
        ImmutableDictionary.Create<string, ImmutableSortedDictionary<NamespacedName, T>>(StringComparer.Ordinal);

    private Index Get(string name)
    {
        foreach (var index in indexes)
        {
            if (index.Name == name)
            {
                return index;
            }
        }

        throw new KeyNotFoundException($"no index {name} on {T.ResourceType.GroupResource}");
    }

    private sealed record Index(
        string Name, Func<T, IEnumerable<string>> KeysOf, ImmutableDictionary<string, ImmutableSortedDictionary<NamespacedName, T>> Entries)
    {
        public Index Of(IEnumerable<T> items)
        {
            var builders = new Dictionary<string, ImmutableSortedDictionary<NamespacedName, T>.Builder>(StringComparer.Ordinal);
            foreach (var item in items)
            {
                foreach (var key in KeysOf(item))
                {
                    if (!builders.TryGetValue(key, out var builder))
                    {
                        builders[key] = builder = ImmutableSortedDictionary.CreateBuilder<NamespacedName, T>();
                    }

                    builder[NamespacedName.Of(item)] = item;
                }
            }

            return this with { Entries = NoEntries.AddRange(builders.Select(b => KeyValuePair.Create(b.Key, b.Value.ToImmutable()))) };
        }

        public Index With(T item, NamespacedName name)
        {
            var entries = Entries;
            foreach (var key in KeysOf(item))
            {
                var under = entries.GetValueOrDefault(key, ImmutableSortedDictionary<NamespacedName, T>.Empty);
                entries = entries.SetItem(key, under.SetItem(name, item));
            }

            return this with { Entries = entries };
        }

        public Index Without(T? item, NamespacedName name)
        {
            var entries = Entries;
            foreach (var key in item is null ? [] : KeysOf(item))
            {
                if (entries.TryGetValue(key, out var under))
                {
                    var rest = under.Remove(name);
                    entries = rest.IsEmpty ? entries.Remove(key) : entries.SetItem(key, rest);
                }
            }

            return this with { Entries = entries };
        }
    }
}
