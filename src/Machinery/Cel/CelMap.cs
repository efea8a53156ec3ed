using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel;

/// <summary>A map, or an object with fields, as expressions see it.</summary>
public abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<object> Keys { get; }

    /// <summary>The value at a key, an error, or null where there is no such key.</summary>
    public abstract object? Find(object key);

    internal static CelMap Of(IReadOnlyDictionary<object, object> entries) => new Made(entries);

    internal static CelMap Of(JsonObject members) => new OfJson(members);

    private sealed class Made(IReadOnlyDictionary<object, object> entries) : CelMap
    {
        public override int Count => entries.Count;

        public override IEnumerable<object> Keys => entries.Keys;

        public override object? Find(object key) => Values.AsKey(key) is { } plain ? entries.GetValueOrDefault(plain) : null;
    }

    private sealed class OfJson(JsonObject members) : CelMap
    {
        public override int Count => members.Count;

        public override IEnumerable<object> Keys => members.Members.Select(static member => (object)member.Key);

        public override object? Find(object key) => key is string name && members[name] is { } value ? JsonValues.Of(value) : null;
    }
}
