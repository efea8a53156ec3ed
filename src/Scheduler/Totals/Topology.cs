namespace Navarch.Scheduler.Totals;

/// <summary>The domains of every label that rules speak of.</summary>
internal sealed class Topology
{
    private readonly Dictionary<string, TopologyDomains> byKey = new(StringComparer.Ordinal);

    public TopologyDomains this[string key]
    {
        get
        {
            if (!byKey.TryGetValue(key, out var domains))
            {
                byKey.Add(key, domains = new TopologyDomains(key));
            }

            return domains;
        }
    }

    /// <summary>
    /// Most numbers belong to values that no node has any more. Whoever counts by them should begin anew: nodes that come and go
    /// under new names would otherwise fill the memory in time.
    /// </summary>
    public bool IsStale(int nodeCount)
    {
        foreach (var domains in byKey.Values)
        {
            if (domains.Count > (4 * nodeCount) + 1024)
            {
                return true;
            }
        }

        return false;
    }
}
