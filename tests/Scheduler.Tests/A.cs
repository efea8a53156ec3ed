using System.Globalization;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests;

/// <summary>Makes objects of which only what a test names matters.</summary>
internal static class A
{
    public static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static Node Node(
        string name,
        string cpu = "4",
        string memory = "8Gi",
        int pods = 110,
        Map<string>? labels = null,
        Taint[]? taints = null,
        bool cordoned = false,
        Map<Quantity>? extra = null,
        ContainerImage[]? images = null) => new()
        {
            Metadata = new ObjectMeta { Name = name, UID = "node-" + name, Labels = Map.From([new("kubernetes.io/hostname", name), .. labels ?? []]) },
            Spec = new NodeSpec { Taints = taints ?? [], Unschedulable = cordoned },
            Status = new NodeStatus
            {
                Allocatable = Map.From(
                [
                    new("cpu", Quantity.Parse(cpu)),
                    new("memory", Quantity.Parse(memory)),
                    new("pods", new Quantity(pods)),
                    .. extra ?? [],
                ]),
                Images = images ?? [],
            },
        };

    public static Pod Pod(
        string name,
        string cpu = "",
        string memory = "",
        string node = "",
        Map<string>? labels = null,
        int priority = 0,
        string @namespace = "default",
        Affinity? affinity = null,
        Map<string>? nodeSelector = null,
        Toleration[]? tolerations = null,
        TopologySpreadConstraint[]? spread = null,
        int hostPort = 0,
        OwnerReference? owner = null,
        string image = "",
        string nominated = "",
        string[]? gates = null,
        bool terminating = false,
        DateTimeOffset? started = null) => new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = @namespace,
                UID = $"{@namespace}-{name}",
                Labels = labels ?? [],
                OwnerReferences = owner is null ? [] : [owner],
                DeletionTimestamp = terminating ? Noon : null,
            },
            Spec = new PodSpec
            {
                NodeName = node,
                SchedulerName = "default-scheduler",
                Priority = priority,
                Affinity = affinity,
                NodeSelector = nodeSelector ?? [],
                Tolerations = tolerations ?? [],
                TopologySpreadConstraints = spread ?? [],
                SchedulingGates = [.. (gates ?? []).Select(gate => new PodSchedulingGate { Name = gate })],
                Containers = [Container(cpu, memory) with { Image = image, Ports = hostPort == 0 ? [] : [new ContainerPort { ContainerPortValue = hostPort, HostPort = hostPort }] }],
            },
            Status = new PodStatus { Phase = PodPhase.PodPending, NominatedNodeName = nominated, StartTime = started },
        };

    public static Container Container(string cpu = "", string memory = "", string restartPolicy = "") => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"c-{cpu}-{memory}-{restartPolicy}"),
        RestartPolicy = restartPolicy.Length == 0 ? null : restartPolicy,
        Resources = new ResourceRequirements { Requests = Amounts(cpu, memory) },
    };

    public static Map<Quantity> Amounts(string cpu = "", string memory = "")
    {
        Map<Quantity> amounts = [];
        amounts = cpu.Length == 0 ? amounts : amounts.With("cpu", Quantity.Parse(cpu));
        return memory.Length == 0 ? amounts : amounts.With("memory", Quantity.Parse(memory));
    }

    public static PodInfo Info(Pod pod) => new(pod);

    public static Taint Taint(string key, string value = "", string effect = TaintEffect.NoSchedule) => new() { Key = key, Value = value, Effect = effect };

    public static Affinity Near(string app, string topologyKey = "kubernetes.io/hostname") =>
        new() { PodAffinity = new PodAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [Term(app, topologyKey)] } };

    public static Affinity Away(string app, string topologyKey = "kubernetes.io/hostname") =>
        new() { PodAntiAffinity = new PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [Term(app, topologyKey)] } };

    public static Affinity PreferNear(string app, int weight = 100, string topologyKey = "kubernetes.io/hostname") => new()
    {
        PodAffinity = new PodAffinity
        {
            PreferredDuringSchedulingIgnoredDuringExecution = [new WeightedPodAffinityTerm { Weight = weight, PodAffinityTerm = Term(app, topologyKey) }],
        },
    };

    public static PodAffinityTerm Term(string app, string topologyKey) => new() { TopologyKey = topologyKey, LabelSelector = App(app) };

    public static LabelSelector App(string app) => new() { MatchLabels = [new("app", app)] };

    public static TopologySpreadConstraint Spread(
        string app, string topologyKey = "zone", int maxSkew = 1, string otherwise = UnsatisfiableConstraintAction.DoNotSchedule, int? minDomains = null) => new()
        {
            TopologyKey = topologyKey,
            MaxSkew = maxSkew,
            WhenUnsatisfiable = otherwise,
            LabelSelector = App(app),
            MinDomains = minDomains,
        };

    /// <summary>A cluster of these nodes and pods.</summary>
    public static ClusterState Cluster(params object[] objects)
    {
        var state = new ClusterState();
        foreach (var item in objects)
        {
            switch (item)
            {
                case Node node:
                    state.SetNode(node);
                    break;
                case Pod pod:
                    state.SetPod(new PodInfo(pod));
                    break;
                default:
                    throw new ArgumentException($"neither node nor pod: {item}", nameof(objects));
            }
        }

        return state;
    }

    public static SchedulingAlgorithm Algorithm(int seed = 1) => new(Scheduler.Plugins.PluginSet.Default(), new Random(seed));
}
