using Navarch.Api.FlowControl.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.ApiServer.Resources.FlowControl;

/// <summary>The priority levels and flow schemas that every cluster starts with. Some of them are fixed for good.</summary>
internal static class SuggestedFlows
{
    /// <summary>Says <c>true</c> on objects that follow the server; a user who sets it to false keeps what was written.</summary>
    public const string AutoUpdate = "apf.kubernetes.io/autoupdate-spec";

    private const string ByUser = FlowDistinguisherMethodType.FlowDistinguisherMethodByUserType;
    private const string ByNamespace = FlowDistinguisherMethodType.FlowDistinguisherMethodByNamespaceType;

    private static readonly string[] Any = ["*"];
    private static readonly string[] LeaseVerbs = ["get", "create", "update"];
    private static readonly string[] Everybody = ["system:unauthenticated", "system:authenticated"];

    public static IReadOnlyList<PriorityLevelConfiguration> FixedLevels { get; } =
    [
        Level("exempt", new() { Type = PriorityLevelEnablement.Exempt, Exempt = new() { NominalConcurrencyShares = 0, LendablePercent = 0 } }),
        Level("catch-all", Limited(5, 0, new LimitResponse { Type = LimitResponseType.Reject })),
    ];

    public static IReadOnlyList<PriorityLevelConfiguration> Levels { get; } =
    [
        Queued("system", shares: 30, lendable: 33, queues: 64, hand: 6),
        Queued("node-high", shares: 40, lendable: 25, queues: 64, hand: 6),
        Queued("leader-election", shares: 10, lendable: 0, queues: 16, hand: 4),
        Queued("workload-high", shares: 40, lendable: 50, queues: 128, hand: 6),
        Queued("workload-low", shares: 100, lendable: 90, queues: 128, hand: 6),
        Queued("global-default", shares: 20, lendable: 50, queues: 128, hand: 6),
    ];

    public static IReadOnlyList<FlowSchema> FixedSchemas { get; } =
    [
        Schema("exempt", "exempt", 1, null, Everything([Group("system:masters")])),
        Schema("catch-all", "catch-all", 10_000, ByUser, Everything([.. Everybody.Select(Group)])),
    ];

    public static IReadOnlyList<FlowSchema> Schemas { get; } =
    [
        Schema("system-nodes", "system", 500, ByUser, Everything([Group("system:nodes")])),
        Schema("system-node-high", "node-high", 400, ByUser, new PolicyRulesWithSubjects
        {
            Subjects = [Group("system:nodes")],
            ResourceRules = [Resources(Any, "", ["nodes", "nodes/status"], clusterScope: true), Resources(Any, "coordination.k8s.io", ["leases"])],
        }),
        Schema("probes", "exempt", 2, null, new PolicyRulesWithSubjects
        {
            Subjects = [.. Everybody.Select(Group)],
            NonResourceRules = [new NonResourcePolicyRule { Verbs = ["get"], NonResourceURLs = ["/healthz", "/readyz", "/livez"] }],
        }),
        Schema("system-leader-election", "leader-election", 100, ByUser, new PolicyRulesWithSubjects
        {
            Subjects = [User("system:kube-controller-manager"), User("system:kube-scheduler"), SystemAccount("*")],
            ResourceRules = [Resources(LeaseVerbs, "coordination.k8s.io", ["leases"])],
        }),
        Schema("endpoint-controller", "workload-high", 150, ByUser, new PolicyRulesWithSubjects
        {
            Subjects = [User("system:kube-controller-manager"), SystemAccount("endpoint-controller"), SystemAccount("endpointslicemirroring-controller")],
            ResourceRules = [Resources(LeaseVerbs, "", ["endpoints"])],
        }),
        Schema("workload-leader-election", "leader-election", 200, ByUser, new PolicyRulesWithSubjects
        {
            Subjects = [SystemAccount("*")],
            ResourceRules = [Resources(LeaseVerbs, "", ["endpoints", "configmaps"]), Resources(LeaseVerbs, "coordination.k8s.io", ["leases"])],
        }),
        Schema("kube-controller-manager", "workload-high", 800, ByNamespace, Everything([User("system:kube-controller-manager")])),
        Schema("kube-scheduler", "workload-high", 800, ByNamespace, Everything([User("system:kube-scheduler")])),
        Schema("kube-system-service-accounts", "workload-high", 900, ByNamespace, Everything([SystemAccount("*")])),
        Schema("service-accounts", "workload-low", 9000, ByUser, Everything([Group("system:serviceaccounts")])),
        Schema("global-default", "global-default", 9900, ByUser, Everything([.. Everybody.Select(Group)])),
    ];

    public static FlowSchema? FindFixed(string name) => FixedSchemas.FirstOrDefault(schema => schema.Metadata.Name == name);

    public static PriorityLevelConfiguration? FindFixedLevel(string name) => FixedLevels.FirstOrDefault(level => level.Metadata.Name == name);

    private static ObjectMeta Named(string name) => new() { Name = name, Annotations = [new(AutoUpdate, "true")] };

    private static PriorityLevelConfiguration Level(string name, PriorityLevelConfigurationSpec spec) => new() { Metadata = Named(name), Spec = spec };

    private static PriorityLevelConfiguration Queued(string name, int shares, int lendable, int queues, int hand) => Level(name, Limited(shares, lendable, new LimitResponse
    {
        Type = LimitResponseType.Queue,
        Queuing = new QueuingConfiguration { Queues = queues, HandSize = hand, QueueLengthLimit = 50 },
    }));

    private static PriorityLevelConfigurationSpec Limited(int shares, int lendable, LimitResponse response) => new()
    {
        Type = PriorityLevelEnablement.Limited,
        Limited = new LimitedPriorityLevelConfiguration { NominalConcurrencyShares = shares, LendablePercent = lendable, LimitResponse = response },
    };

    private static FlowSchema Schema(string name, string level, int precedence, string? distinguisher, PolicyRulesWithSubjects rule) => new()
    {
        Metadata = Named(name),
        Spec = new FlowSchemaSpec
        {
            PriorityLevelConfiguration = new PriorityLevelConfigurationReference { Name = level },
            MatchingPrecedence = precedence,
            DistinguisherMethod = distinguisher is null ? null : new FlowDistinguisherMethod { Type = distinguisher },
            Rules = [rule],
        },
    };

    private static PolicyRulesWithSubjects Everything(IReadOnlyList<Subject> subjects) => new()
    {
        Subjects = subjects,
        ResourceRules = [Resources(Any, "*", Any, clusterScope: true)],
        NonResourceRules = [new NonResourcePolicyRule { Verbs = Any, NonResourceURLs = Any }],
    };

    private static ResourcePolicyRule Resources(IReadOnlyList<string> verbs, string group, IReadOnlyList<string> resources, bool clusterScope = false) =>
        new() { Verbs = verbs, APIGroups = [group], Resources = resources, ClusterScope = clusterScope, Namespaces = Any };

    private static Subject User(string name) => new() { Kind = SubjectKind.User, User = new UserSubject { Name = name } };

    private static Subject Group(string name) => new() { Kind = SubjectKind.Group, Group = new GroupSubject { Name = name } };

    private static Subject SystemAccount(string name) =>
        new() { Kind = SubjectKind.ServiceAccount, ServiceAccount = new ServiceAccountSubject { Namespace = "kube-system", Name = name } };
}
