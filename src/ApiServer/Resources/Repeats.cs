namespace Navarch.ApiServer.Resources;

/// <summary>
/// Finds what a list holds twice. A body may hold a hundred thousand items: comparing each with all before it would keep a
/// processor busy for half a minute.
/// </summary>
internal static class Repeats
{
    // Short lists, which nearly all are, cost no set.
    private const int ScannedMax = 16;

    /// <summary>For each item whether one before it has the same key.</summary>
    public static bool[] Of<T, TKey>(IReadOnlyList<T> items, Func<T, TKey> key) where TKey : notnull
    {
        if (items.Count < 2)
        {
            return items.Count == 0 ? [] : [false];
        }

        var repeats = new bool[items.Count];
        var seen = items.Count > ScannedMax ? new HashSet<TKey>(items.Count) : null;
        for (var i = 0; i < items.Count; i++)
        {
            var own = key(items[i]);
            if (seen is not null)
            {
                repeats[i] = !seen.Add(own);
                continue;
            }

            for (var j = 0; j < i && !repeats[i]; j++)
            {
                repeats[i] = EqualityComparer<TKey>.Default.Equals(key(items[j]), own);
            }
        }

        return repeats;
    }

    public static bool[] Of<T>(IReadOnlyList<T> items) where T : notnull => Of(items, static item => item);
}
