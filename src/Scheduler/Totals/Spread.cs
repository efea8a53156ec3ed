using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Totals;

/// <summary>
/// How the pods that one constraint selects lie over the domains. Domains are numbered, so that asking about a node is two array
/// reads; a number is never given to another value.
/// </summary>
internal sealed class Spread(SpreadConstraint constraint)
{
    private readonly Dictionary<string, int> domains = new(StringComparer.Ordinal);
    private int[] podsOnNode = []; // By node index.
    private int[] domainOfNode = []; // By node index; -1: the node lacks the label.
    private bool[] isIncluded = []; // By node index.
    private int[] podsInDomain = [];
    private int[] nodesInDomain = [];

    public SpreadConstraint Constraint { get; } = constraint;

    /// <summary>One more than the largest number of a domain.</summary>
    public int DomainNumbers => domains.Count;

    /// <summary>Domains that have a node whose pods count.</summary>
    public int DomainCount { get; private set; }

    /// <summary>The number of the node's domain, or -1 when it has none.</summary>
    public int DomainOf(NodeInfo node) => domainOfNode[node.Index];

    /// <summary>Selected pods in the domain, on nodes that count.</summary>
    public int PodsIn(int domain) => podsInDomain[domain];

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
        for (var i = 0; i < domains.Count; i++)
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
            var from = podsOnNode.Length;
            Array.Resize(ref podsOnNode, nodeIndexes);
            Array.Resize(ref isIncluded, nodeIndexes);
            Array.Resize(ref domainOfNode, nodeIndexes);
            domainOfNode.AsSpan(from).Fill(-1);
        }
    }

    public void SetDomain(NodeInfo node)
    {
        var value = node.Facts.Labels.Find(Constraint.TopologyKey);
        if (value is null)
        {
            domainOfNode[node.Index] = -1;
            return;
        }

        if (!domains.TryGetValue(value, out var domain))
        {
            domain = domains.Count;
            domains.Add(value, domain);
            if (podsInDomain.Length == domain)
            {
                Array.Resize(ref podsInDomain, Math.Max(8, domain * 2));
                Array.Resize(ref nodesInDomain, podsInDomain.Length);
            }
        }

        domainOfNode[node.Index] = domain;
    }

    /// <summary>Decides whether the pods of a node that was just added count for its domain.</summary>
    public void Include(NodeInfo node, bool counts)
    {
        var domain = domainOfNode[node.Index];
        isIncluded[node.Index] = counts && domain >= 0;
        if (isIncluded[node.Index] && nodesInDomain[domain]++ == 0)
        {
            DomainCount++;
        }
    }

    public void Remove(NodeInfo node)
    {
        if (isIncluded[node.Index] && --nodesInDomain[domainOfNode[node.Index]] == 0)
        {
            DomainCount--;
        }

        isIncluded[node.Index] = false;
        domainOfNode[node.Index] = -1;
    }

    public void Count(NodeInfo node, int sign)
    {
        podsOnNode[node.Index] += sign;
        if (isIncluded[node.Index])
        {
            podsInDomain[domainOfNode[node.Index]] += sign;
        }
    }
}
