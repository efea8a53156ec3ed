using System.Globalization;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Scheduler.Bench;

/// <summary>A cluster in three zones and a stream of pods of some templates, each of them a ReplicaSet's.</summary>
internal sealed record Workload(string Name, int Templates, Func<int, PodSpec> SpecOf)
{
    public static readonly Workload[] All =
    [
        new("one template", 1, _ => Spec()),
        new("100 templates", 100, _ => Spec()),
        new("zone spread required", 20, app => Spec() with { TopologySpreadConstraints = [Spread(app)] }),
        new("anti-affinity by host", 20, app => Spec() with { Affinity = Away(app) }),
    ];

    public static Map<string> Labels(int app) => [new("app", AppName(app))];

    public static Node Node(int i) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = Text($"node-{i}"),
            UID = Text($"node-{i}"),
            Labels = [new("kubernetes.io/hostname", Text($"node-{i}")), new("topology.kubernetes.io/zone", Text($"zone-{i % 3}"))],
        },
        Status = new NodeStatus
        {
            Allocatable = [new("cpu", Quantity.Parse("16")), new("memory", Quantity.Parse("64Gi")), new("pods", new Quantity(110))],
        },
    };

    public Pod Pod(int i)
    {
        var app = i % Templates;
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = Text($"pod-{i}"),
                Namespace = "default",
                UID = Text($"pod-{i}"),
                Labels = Labels(app),
                OwnerReferences = [new OwnerReference { APIVersion = "apps/v1", Kind = "ReplicaSet", Name = AppName(app), UID = AppName(app), Controller = true }],
            },
            Spec = SpecOf(app),
        };
    }

    /// <summary>The owner of the pods of one template.</summary>
    public ReplicaSet Owner(int app) => new()
    {
        Metadata = new ObjectMeta { Name = AppName(app), Namespace = "default" },
        Spec = new ReplicaSetSpec
        {
            Replicas = 0,
            Selector = new LabelSelector { MatchLabels = Labels(app) },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = Labels(app) },
                Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "example.com/app:1" }] },
            },
        },
    };

    public static string AppName(int app) => Text($"app-{app}");

    private static PodSpec Spec() => new()
    {
        SchedulerName = "default-scheduler",
        Containers =
        [
            new Container
            {
                Name = "main",
                Image = "example.com/app:1",
                Resources = new ResourceRequirements { Requests = [new("cpu", Quantity.Parse("100m")), new("memory", Quantity.Parse("200Mi"))] },
            },
        ],
        Tolerations =
        [
            new Toleration { Key = "node.kubernetes.io/not-ready", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 },
            new Toleration { Key = "node.kubernetes.io/unreachable", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 },
        ],
    };

    private static TopologySpreadConstraint Spread(int app) => new()
    {
        TopologyKey = "topology.kubernetes.io/zone",
        MaxSkew = 1,
        WhenUnsatisfiable = UnsatisfiableConstraintAction.DoNotSchedule,
        LabelSelector = new LabelSelector { MatchLabels = Labels(app) },
    };

    private static Affinity Away(int app) => new()
    {
        PodAntiAffinity = new PodAntiAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution =
                [new PodAffinityTerm { TopologyKey = "kubernetes.io/hostname", LabelSelector = new LabelSelector { MatchLabels = Labels(app) } }],
        },
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
