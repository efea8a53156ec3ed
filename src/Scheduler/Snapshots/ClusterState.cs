using System.Collections.Immutable;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Preemption;

namespace Navarch.Scheduler.Snapshots;

/// <summary>
/// Keeps the picture of the cluster that snapshots are taken of: what informers have reported plus the pods that were placed and
/// are being bound. It has one owner, the scheduling loop, and no lock.
/// </summary>
/// <remarks>
/// Snapshots share everything with the state. A chunk of nodes is copied by the first change after a snapshot and written in place
/// until the next one, so that a burst of events costs no more than one copy of what it touches.
/// </remarks>
internal sealed class ClusterState
{
    private readonly List<NodeInfo?[]> chunks = [];
    private readonly List<bool> shared = []; // By chunk: a snapshot reads it.
    private readonly Dictionary<string, int> indexByName = new(StringComparer.Ordinal);
    private readonly Stack<int> freeIndexes = new();
    private readonly Dictionary<string, PodPlace> places = new(StringComparer.Ordinal); // By UID.
    private readonly Dictionary<string, List<PodInfo>> homeless = new(StringComparer.Ordinal); // By name of a node not seen yet.
    private Snapshot latest = Snapshot.Empty;
    private bool nodesChanged;
    private bool orderChanged;
    private int podsWithAffinity;
    private int podsWithRequiredAway;

    private sealed record PodPlace(PodInfo Pod, string NodeName, bool IsAssumed);

    public int NodeCount => indexByName.Count;

    public int PodCount => places.Count;

    public NodeInfo? FindNode(string name) => indexByName.TryGetValue(name, out var index) ? At(index) : null;

    /// <summary>The placed pod of this UID, or null.</summary>
    public PodInfo? FindPod(string uid) => places.TryGetValue(uid, out var place) ? place.Pod : null;

    public bool IsAssumed(string uid) => places.TryGetValue(uid, out var place) && place.IsAssumed;

    public void SetNode(Node node)
    {
        var facts = new NodeFacts(node);
        if (indexByName.TryGetValue(facts.Name, out var index))
        {
            var before = At(index)!;
            CountImages(before.Facts, -1);
            CountImages(facts, 1);
            orderChanged |= before.Facts.Zone != facts.Zone;
            Put(before.WithFacts(facts));
            return;
        }

        index = freeIndexes.Count > 0 ? freeIndexes.Pop() : NewIndex();
        indexByName.Add(facts.Name, index);
        latest = latest with { IndexByName = latest.IndexByName.SetItem(facts.Name, index) };
        orderChanged = true;
        CountImages(facts, 1);
        Put(NodeInfo.Of(index, facts), isNew: true);
        if (homeless.Remove(facts.Name, out var waiting))
        {
            foreach (var pod in waiting)
            {
                Add(pod, facts.Name);
            }
        }
    }

    public void RemoveNode(string name)
    {
        if (!indexByName.Remove(name, out var index))
        {
            return;
        }

        // Its pods are still known to the server. They count again if the node comes back.
        var node = At(index)!;
        if (node.Pods.Length > 0)
        {
            homeless[name] = [.. node.Pods];
        }

        CountImages(node.Facts, -1);
        latest = latest with { IndexByName = latest.IndexByName.Remove(name), Nominated = latest.Nominated.Remove(index) };
        orderChanged = true;
        CountAffinity(node, -1);
        WritableChunk(index)[index % NodeTable.ChunkSize] = null;
        freeIndexes.Push(index);
    }

    /// <summary>Records a pod that the server says runs on a node; confirms it if it was assumed there.</summary>
    public void SetPod(PodInfo pod)
    {
        var nodeName = pod.Pod.Spec.NodeName;
        if (places.TryGetValue(pod.Uid, out var place) && place.NodeName == nodeName && indexByName.TryGetValue(nodeName, out var index))
        {
            places[pod.Uid] = new PodPlace(pod, nodeName, IsAssumed: false);
            Put(At(index)!.WithReplaced(place.Pod, pod));
            return;
        }

        RemovePod(pod.Uid);
        places.Add(pod.Uid, new PodPlace(pod, nodeName, IsAssumed: false));
        Add(pod, nodeName);
    }

    /// <summary>Forgets a pod that no longer takes anything of its node. Unknown pods are no error.</summary>
    public void RemovePod(string uid)
    {
        if (!places.Remove(uid, out var place))
        {
            return;
        }

        if (indexByName.TryGetValue(place.NodeName, out var index))
        {
            Put(At(index)!.Without(place.Pod));
        }
        else if (homeless.TryGetValue(place.NodeName, out var waiting))
        {
            waiting.Remove(place.Pod);
            if (waiting.Count == 0)
            {
                homeless.Remove(place.NodeName);
            }
        }
    }

    /// <summary>Takes <paramref name="pod"/> to run on the node from now on, ahead of the server saying so.</summary>
    public void Assume(PodInfo pod, string nodeName)
    {
        places.Add(pod.Uid, new PodPlace(pod, nodeName, IsAssumed: true));
        Add(pod, nodeName);
    }

    /// <summary>Takes an assumption back. Does nothing when the server has confirmed it, or the pod is gone.</summary>
    public void Forget(string uid)
    {
        if (IsAssumed(uid))
        {
            RemovePod(uid);
        }
    }

    /// <summary>Reserves room on a node for a pod that waits for its victims to leave.</summary>
    public void Nominate(PodInfo pod, string nodeName)
    {
        Denominate(pod.Uid);
        if (indexByName.TryGetValue(nodeName, out var index))
        {
            latest = latest with { Nominated = latest.Nominated.SetItem(index, latest.Nominated.GetValueOrDefault(index, []).Add(pod)) };
        }
    }

    public void Denominate(string uid)
    {
        foreach (var (index, pods) in latest.Nominated)
        {
            if (pods.Any(pod => pod.Uid == uid))
            {
                var left = pods.RemoveAll(pod => pod.Uid == uid);
                latest = latest with { Nominated = left.IsEmpty ? latest.Nominated.Remove(index) : latest.Nominated.SetItem(index, left) };
            }
        }
    }

    /// <param name="name">Name of the namespace.</param>
    /// <param name="labels">Null when the namespace is gone.</param>
    /// <returns>Whether anything changed.</returns>
    public bool SetNamespace(string name, Map<string>? labels)
    {
        var before = latest.NamespaceLabels;
        var after = labels is null ? before.Remove(name)
            : before.TryGetValue(name, out var known) && known.Equals(labels) ? before
            : before.SetItem(name, labels);
        latest = latest with { NamespaceLabels = after };
        return before != after;
    }

    /// <param name="key">The controller.</param>
    /// <param name="pods">What it selects; null when it is gone.</param>
    public void SetController(WorkloadKey key, LabelPredicate? pods) =>
        latest = latest with { Workloads = latest.Workloads.WithController(key, pods) };

    /// <inheritdoc cref="WorkloadSelectors.WithService"/>
    public void SetService(string @namespace, string name, Map<string> before, Map<string> after) =>
        latest = latest with { Workloads = latest.Workloads.WithService(@namespace, name, before, after) };

    /// <param name="key"><c>namespace/name</c> of the budget.</param>
    /// <param name="budget">Null when it is gone.</param>
    public void SetBudget(string key, DisruptionBudget? budget) =>
        latest = latest with { Budgets = budget is null ? latest.Budgets.Remove(key) : latest.Budgets.SetItem(key, budget) };

    /// <summary>The cluster as it is now. The same object as before when nothing changed.</summary>
    public Snapshot TakeSnapshot()
    {
        if (nodesChanged)
        {
            latest = latest with
            {
                Nodes = new NodeTable([.. chunks]),
                PodsWithAffinity = podsWithAffinity,
                PodsWithRequiredAway = podsWithRequiredAway,
            };
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(shared).Fill(true);
            nodesChanged = false;
        }

        if (orderChanged)
        {
            latest = latest with { Order = OrderByZone() };
            orderChanged = false;
        }

        return latest;
    }

    private NodeInfo? At(int index) => chunks[index / NodeTable.ChunkSize][index % NodeTable.ChunkSize];

    private void Add(PodInfo pod, string nodeName)
    {
        if (indexByName.TryGetValue(nodeName, out var index))
        {
            Put(At(index)!.With(pod));
        }
        else
        {
            if (!homeless.TryGetValue(nodeName, out var waiting))
            {
                homeless.Add(nodeName, waiting = []);
            }

            waiting.Add(pod);
        }
    }

    private void Put(NodeInfo node, bool isNew = false)
    {
        if (!isNew)
        {
            CountAffinity(At(node.Index)!, -1);
        }

        CountAffinity(node, 1);
        WritableChunk(node.Index)[node.Index % NodeTable.ChunkSize] = node;
    }

    private NodeInfo?[] WritableChunk(int index)
    {
        nodesChanged = true;
        var at = index / NodeTable.ChunkSize;
        if (shared[at])
        {
            chunks[at] = (NodeInfo?[])chunks[at].Clone();
            shared[at] = false;
        }

        return chunks[at];
    }

    private int NewIndex()
    {
        var first = chunks.Count * NodeTable.ChunkSize;
        chunks.Add(new NodeInfo?[NodeTable.ChunkSize]);
        shared.Add(false);
        for (var i = NodeTable.ChunkSize - 1; i > 0; i--)
        {
            freeIndexes.Push(first + i);
        }

        return first;
    }

    private void CountAffinity(NodeInfo node, int sign)
    {
        podsWithAffinity += sign * node.PodsWithAffinity;
        podsWithRequiredAway += sign * node.PodsWithRequiredAway;
    }

    private void CountImages(NodeFacts node, int sign)
    {
        if (node.Images.Count == 0)
        {
            return;
        }

        var counts = latest.NodesByImage.ToBuilder();
        foreach (var image in node.Images)
        {
            var count = counts.GetValueOrDefault(image) + sign;
            if (count == 0)
            {
                counts.Remove(image);
            }
            else
            {
                counts[image] = count;
            }
        }

        latest = latest with { NodesByImage = counts.ToImmutable() };
    }

    /// <summary>Indexes of the nodes, one zone after the other giving one of its nodes until all have given theirs.</summary>
    private int[] OrderByZone()
    {
        var zones = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        for (var index = 0; index < chunks.Count * NodeTable.ChunkSize; index++)
        {
            if (At(index) is { } node)
            {
                if (!zones.TryGetValue(node.Facts.Zone, out var members))
                {
                    zones.Add(node.Facts.Zone, members = []);
                }

                members.Add(index);
            }
        }

        var order = new List<int>(indexByName.Count);
        for (var round = 0; order.Count < indexByName.Count; round++)
        {
            foreach (var members in zones.Values)
            {
                if (round < members.Count)
                {
                    order.Add(members[round]);
                }
            }
        }

        return [.. order];
    }
}
