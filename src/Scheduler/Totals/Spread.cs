using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Totals;

/// <summary>How the pods that one constraint selects lie over the domains and the nodes.</summary>
internal sealed class Spread(SpreadConstraint constraint, TopologyDomains domains)
{
    private int[] podsOnNode = []; // By node index.
    private bool[] isIncluded = []; // By node index.
    private int[] podsInDomain = [];
    private int[] nodesInDomain = [];

    public SpreadConstraint Constraint { get; } = constraint;

    /// <summary>One more than the largest number of a domain.</summary>
    public int DomainNumbers => domains.Count;

    /// <summary>Domains that have a node whose pods count.</summary>
    public int DomainCount { get; private set; }

    /// <summary>The number of the node's domain, or <see cref="TopologyDomains.None"/>.</summary>
    public int DomainOf(NodeInfo node) => domains.Of(node);

    /// <summary>Selected pods in the domain, on nodes that count.</summary>
    public int PodsIn(int domain) => domain < podsInDomain.Length ? podsInDomain[domain] : 0;

    /// <summary>Selected pods on the node, whether or not they count for its domain.</summary>
    public int PodsOn(NodeInfo node) => podsOnNode[node.Index];

    /// <summary>Selected pods in the emptiest domain; 0 while there are fewer domains than the constraint asks for.</summary>
    public int PodsInEmptiestDomain()
    {
        if (DomainCount < Constraint.DomainsMin)
        {
            return 0;
        }

        var min = int.MaxValue;
        for (var i = 0; i < podsInDomain.Length; i++)
        {
            if (nodesInDomain[i] > 0 && podsInDomain[i] < min)
            {
                min = podsInDomain[i];
            }
        }

        return min;
    }

    public void Reserve(int nodeIndexes)
    {
        if (podsOnNode.Length < nodeIndexes)
        {
            Array.Resize(ref podsOnNode, nodeIndexes);
            Array.Resize(ref isIncluded, nodeIndexes);
        }
    }

    /// <param name="node">A node that came, its pods not yet counted.</param>
    /// <param name="counts">Whether its pods count for its domain.</param>
    public void Add(NodeInfo node, bool counts)
    {
        var domain = domains.Of(node);
        isIncluded[node.Index] = counts && domain >= 0;
        if (!isIncluded[node.Index])
        {
            return;
        }

        if (domain >= podsInDomain.Length)
        {
            Array.Resize(ref podsInDomain, Math.Max(8, domain * 2));
            Array.Resize(ref nodesInDomain, podsInDomain.Length);
        }

        if (nodesInDomain[domain]++ == 0)
        {
            DomainCount++;
        }
    }

    /// <param name="node">A node that went, its pods no longer counted.</param>
    public void Remove(NodeInfo node)
    {
        if (isIncluded[node.Index] && --nodesInDomain[domains.Of(node)] == 0)
        {
            DomainCount--;
        }

        isIncluded[node.Index] = false;
    }

    public void Count(NodeInfo node, int sign)
    {
        podsOnNode[node.Index] += sign;
        if (isIncluded[node.Index])
        {
            podsInDomain[domains.Of(node)] += sign;
        }
    }
}
