using Navarch.Api;

namespace Navarch.Scheduler.Totals;

/// <summary>Numbers by topology domain, that is by label and value.</summary>
internal sealed class TopologyCounts
{
    private readonly Dictionary<string, Dictionary<string, long>> byKey = new(StringComparer.Ordinal);

    public bool IsEmpty => byKey.Count == 0;

    /// <summary>Adds to the domain of a node with these labels, if it is in one.</summary>
    public void Add(string topologyKey, Map<string> nodeLabels, long amount)
    {
        if (amount == 0 || nodeLabels.Find(topologyKey) is not { } value)
        {
            return;
        }

        if (!byKey.TryGetValue(topologyKey, out var counts))
        {
            byKey.Add(topologyKey, counts = new Dictionary<string, long>(StringComparer.Ordinal));
        }

        var sum = counts.GetValueOrDefault(value) + amount;
        if (sum != 0)
        {
            counts[value] = sum;
            return;
        }

        counts.Remove(value);
        if (counts.Count == 0)
        {
            byKey.Remove(topologyKey);
        }
    }

    /// <summary>The number of the node's domain under one key.</summary>
    public long Of(string topologyKey, Map<string> nodeLabels) =>
        byKey.TryGetValue(topologyKey, out var counts) && nodeLabels.Find(topologyKey) is { } value ? counts.GetValueOrDefault(value) : 0;

    /// <summary>The sum over all domains the node is in.</summary>
    public long Sum(Map<string> nodeLabels)
    {
        long sum = 0;
        foreach (var (key, counts) in byKey)
        {
            sum += nodeLabels.Find(key) is { } value ? counts.GetValueOrDefault(value) : 0;
        }

        return sum;
    }

    /// <summary>Whether the node is in a domain with a number above zero.</summary>
    public bool AnyPositive(Map<string> nodeLabels)
    {
        foreach (var (key, counts) in byKey)
        {
            if (nodeLabels.Find(key) is { } value && counts.GetValueOrDefault(value) > 0)
            {
                return true;
            }
        }

        return false;
    }

    public void Clear() => byKey.Clear();
}
