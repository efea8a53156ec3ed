using System.Collections;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>A list as expressions see it.</summary>
internal abstract class CelList : IEnumerable<object>
{
    public abstract int Count { get; }

    public abstract object this[int index] { get; }

    public static CelList Of(IReadOnlyList<object> items) => new Made(items);

    public static CelList Of(JsonArray array) => new OfJson(array);

    public IEnumerator<object> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Made(IReadOnlyList<object> items) : CelList
    {
        public override int Count => items.Count;

        public override object this[int index] => items[index];
    }

    private sealed class OfJson(JsonArray array) : CelList
    {
        public override int Count => array.Items.Count;

        public override object this[int index] => JsonValues.Of(array.Items[index]);
    }
}
