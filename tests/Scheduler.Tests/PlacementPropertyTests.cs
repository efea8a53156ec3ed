using Navarch.Api.Core.V1;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests;

/// <summary>Random clusters, placed pod by pod, and looked at with rules written a second time, in the plainest way.</summary>
public class PlacementPropertyTests
{
    private static readonly string[] Apps = ["web", "db", "cache"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_placement_breaks_no_rule_and_a_refusal_leaves_no_node_out(int seed)
    {
        var random = new Random(seed);
        var state = new ClusterState();
        for (var i = 0; i < 40; i++)
        {
            state.SetNode(SomeNode(random, i));
        }

        var algorithm = A.Algorithm(seed);
        var (placed, refused) = (0, 0);
        for (var i = 0; i < 400; i++)
        {
            Disturb(random, state, i);
            var pod = A.Info(SomePod(random, i));
            var snapshot = state.TakeSnapshot();
            var admitting = Nodes(snapshot).Where(node => Admits(pod, node, snapshot)).Select(node => node.Name).ToHashSet();
            switch (algorithm.Place(pod, snapshot))
            {
                case Placement.On on:
                    Assert.Contains(on.Node.Name, admitting);
                    state.Assume(pod, on.Node.Name);
                    placed++;
                    break;
                case Placement.Nowhere:
                    Assert.Empty(admitting);
                    refused++;
                    break;
                default:
                    Assert.Fail("unknown placement");
                    break;
            }
        }

        Assert.True(placed > 100 && refused > 10, $"placed {placed}, refused {refused}: the test has gone blind");
    }

    /// <summary>Nodes and pods come, change and go between placements, so that what plugins carry over is put to the test.</summary>
    private static void Disturb(Random random, ClusterState state, int i)
    {
        switch (random.Next(10))
        {
            case 0:
                state.RemoveNode($"n{random.Next(40)}");
                break;
            case 1 or 2:
                state.SetNode(SomeNode(random, random.Next(40)));
                break;
            case 3 or 4 or 5:
                state.RemovePod($"default-p{random.Next(i + 1)}");
                break;
            case 6 when state.FindPod($"default-p{random.Next(i + 1)}") is { } pod:
                var node = Nodes(state.TakeSnapshot()).FirstOrDefault(node => node.Pods.Contains(pod));
                if (node is not null)
                {
                    state.SetPod(A.Info(pod.Pod with
                    {
                        Metadata = pod.Pod.Metadata with { DeletionTimestamp = A.Noon },
                        Spec = pod.Pod.Spec with { NodeName = node.Name },
                    }));
                }

                break;
            default:
                break;
        }
    }

    private static Node SomeNode(Random random, int i) => A.Node(
        $"n{i}",
        cpu: $"{2 + random.Next(6)}",
        pods: 3 + random.Next(20),
        labels: random.Next(8) == 0 ? [] : [new("zone", $"z{random.Next(4)}"), new("disk", random.Next(2) == 0 ? "ssd" : "hdd")],
        taints: random.Next(6) == 0 ? [A.Taint("dedicated", "x")] : [],
        cordoned: random.Next(15) == 0);

    private static Pod SomePod(Random random, int i)
    {
        var app = Apps[random.Next(Apps.Length)];
        return A.Pod(
            $"p{i}",
            cpu: random.Next(3) == 0 ? "" : $"{random.Next(1, 20) * 100}m",
            labels: [new("app", app)],
            nodeSelector: random.Next(5) == 0 ? [new("disk", "ssd")] : [],
            tolerations: random.Next(3) == 0 ? [new Toleration { Key = "dedicated", Operator = "Exists" }] : [],
            hostPort: random.Next(8) == 0 ? 80 + random.Next(2) : 0,
            spread: random.Next(4) == 0 ? [A.Spread(app, "zone", maxSkew: 1 + random.Next(3))] : [],
            affinity: random.Next(10) switch
            {
                0 => A.Near(Apps[random.Next(Apps.Length)], "zone"),
                1 => A.Away(Apps[random.Next(Apps.Length)]),
                2 => A.PreferNear(Apps[random.Next(Apps.Length)], topologyKey: "zone"),
                _ => null,
            });
    }

    private static IEnumerable<NodeInfo> Nodes(Snapshot snapshot) => snapshot.Order.Select(index => snapshot.Nodes[index]!);

    private static bool Admits(PodInfo pod, NodeInfo node, Snapshot snapshot)
    {
        var spec = pod.Pod.Spec;
        var tolerates = spec.Tolerations.Count > 0;
        return !node.Facts.Node.Spec.Unschedulable
            && (node.Facts.Node.Spec.Taints.Count == 0 || tolerates)
            && spec.NodeSelector.All(pair => node.Facts.Labels.Find(pair.Key) == pair.Value)
            && node.Pods.Length < node.Facts.PodsMax
            && (pod.Requests.MilliCpu == 0 || node.Pods.Sum(other => other.Requests.MilliCpu) + pod.Requests.MilliCpu <= node.Facts.Allocatable.MilliCpu)
            && !node.Pods.SelectMany(other => other.HostPorts).Intersect(pod.HostPorts).Any()
            && IsSpread(pod, node, snapshot)
            && IsInCompany(pod, node, snapshot);
    }

    private static bool IsSpread(PodInfo pod, NodeInfo node, Snapshot snapshot)
    {
        foreach (var constraint in pod.Pod.Spec.TopologySpreadConstraints)
        {
            if (Zone(node) is not { } zone)
            {
                return false;
            }

            var app = constraint.LabelSelector!.MatchLabels["app"];
            var counts = Nodes(snapshot)
                .Where(other => Zone(other) is not null && pod.Pod.Spec.NodeSelector.All(pair => other.Facts.Labels.Find(pair.Key) == pair.Value))
                .GroupBy(other => Zone(other)!)
                .ToDictionary(group => group.Key, group => group.Sum(other => other.Pods.Count(p => !p.IsTerminating && p.Labels.Find("app") == app)));
            var min = counts.Count == 0 ? 0 : counts.Values.Min();
            var self = pod.Labels.Find("app") == app ? 1 : 0;
            if (counts.GetValueOrDefault(zone) + self - min > constraint.MaxSkew)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInCompany(PodInfo pod, NodeInfo node, Snapshot snapshot)
    {
        var near = pod.Pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        var away = pod.Pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        var refusing = Nodes(snapshot)
            .SelectMany(other => other.Pods, (other, p) => (Node: other, Pod: p))
            .SelectMany(
                found => found.Pod.Pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [],
                (found, term) => (found.Node, Term: term))
            .Where(found => Matches(found.Term, pod));
        return away.All(term => !Where(term, snapshot).Any(other => IsNear(node, other, term)))
            && refusing.All(found => !IsNear(node, found.Node, found.Term))
            && near.All(term => node.Facts.Labels.ContainsKey(term.TopologyKey)
                && (Where(term, snapshot).Any(other => IsNear(node, other, term))
                    || (Matches(term, pod) && !Where(term, snapshot).Any(other => other.Facts.Labels.ContainsKey(term.TopologyKey)))));
    }

    private static IEnumerable<NodeInfo> Where(PodAffinityTerm term, Snapshot snapshot) =>
        Nodes(snapshot).Where(node => node.Pods.Any(pod => Matches(term, pod)));

    private static bool Matches(PodAffinityTerm term, PodInfo pod) => pod.Labels.Find("app") == term.LabelSelector!.MatchLabels["app"];

    private static bool IsNear(NodeInfo a, NodeInfo b, PodAffinityTerm term) =>
        a.Facts.Labels.Find(term.TopologyKey) is { } value && value == b.Facts.Labels.Find(term.TopologyKey);

    private static string? Zone(NodeInfo node) => node.Facts.Labels.Find("zone");
}
