using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Totals;

/// <summary>Numbers by topology domain, for any number of labels.</summary>
internal sealed class TopologyCounts(Topology topology)
{
    private readonly List<DomainCounts> byKey = []; // A handful: terms speak of nodes, zones and little else.

    /// <summary>No domain has a number other than zero.</summary>
    public bool IsEmpty
    {
        get
        {
            foreach (var counts in byKey)
            {
                if (!counts.IsEmpty)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The numbers of one label's domains.</summary>
    public DomainCounts Of(string topologyKey)
    {
        foreach (var counts in byKey)
        {
            if (counts.Domains.Key == topologyKey)
            {
                return counts;
            }
        }

        var made = new DomainCounts(topology[topologyKey]);
        byKey.Add(made);
        return made;
    }

    /// <summary>The sum over all domains the node is in.</summary>
    public long Sum(NodeInfo node)
    {
        long sum = 0;
        foreach (var counts in byKey)
        {
            sum += counts.Of(node);
        }

        return sum;
    }

    /// <summary>Whether the node is in a domain with a number above zero.</summary>
    public bool AnyPositive(NodeInfo node)
    {
        foreach (var counts in byKey)
        {
            if (counts.Of(node) > 0)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A number for each domain of one label.</summary>
internal sealed class DomainCounts(TopologyDomains domains)
{
    private long[] counts = [];
    private int others; // Domains whose number is not zero.

    public TopologyDomains Domains => domains;

    public bool IsEmpty => others == 0;

    /// <summary>Adds to the domain of the node, if it is in one.</summary>
    public void Add(NodeInfo node, long amount)
    {
        var domain = domains.Of(node);
        if (amount == 0 || domain < 0)
        {
            return;
        }

        if (domain >= counts.Length)
        {
            Array.Resize(ref counts, Math.Max(8, domain * 2));
        }

        others -= counts[domain] == 0 ? 0 : 1;
        counts[domain] += amount;
        others += counts[domain] == 0 ? 0 : 1;
    }

    /// <summary>The number of the node's domain.</summary>
    public long Of(NodeInfo node)
    {
        var domain = domains.Of(node);
        return (uint)domain < (uint)counts.Length ? counts[domain] : 0;
    }
}
