using Navarch.Api.Meta.V1;

namespace Navarch.Api.FlowControl.V1;

[Resource("flowcontrol.apiserver.k8s.io", "v1", "flowschemas", Namespaced = false)]
public sealed partial record FlowSchema : IResource<FlowSchema>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public FlowSchemaSpec Spec { get; init; } = FlowSchemaSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public FlowSchemaStatus Status { get; init; } = FlowSchemaStatus.Empty;
}

public sealed partial record FlowSchemaSpec : IApiType<FlowSchemaSpec>
{
    [Proto(1), Required]
    public PriorityLevelConfigurationReference PriorityLevelConfiguration { get; init; } = PriorityLevelConfigurationReference.Empty;

    [Proto(2), WrittenWhenEmpty]
    public int MatchingPrecedence { get; init; }

    [Proto(3)]
    public FlowDistinguisherMethod? DistinguisherMethod { get; init; }

    [Proto(4), ListAtomic]
    public IReadOnlyList<PolicyRulesWithSubjects> Rules { get; init; } = [];
}

public sealed partial record FlowSchemaStatus : IApiType<FlowSchemaStatus>
{
    [Proto(1), Merge("type"), ListMap("type")]
    public IReadOnlyList<FlowSchemaCondition> Conditions { get; init; } = [];
}

public sealed partial record FlowSchemaCondition : IApiType<FlowSchemaCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1)]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2)]
    public string Status { get; init; } = "";

    /// <summary>When the status changed last.</summary>
    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(4)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(5)]
    public string Message { get; init; } = "";
}

public sealed partial record FlowDistinguisherMethod : IApiType<FlowDistinguisherMethod>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";
}

public sealed partial record PolicyRulesWithSubjects : IApiType<PolicyRulesWithSubjects>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<Subject> Subjects { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<ResourcePolicyRule> ResourceRules { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<NonResourcePolicyRule> NonResourceRules { get; init; } = [];
}

public sealed partial record NonResourcePolicyRule : IApiType<NonResourcePolicyRule>
{
    [Proto(1), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    [Proto(6), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> NonResourceURLs { get; init; } = [];
}

public sealed partial record PriorityLevelConfigurationReference : IApiType<PriorityLevelConfigurationReference>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}

public sealed partial record ResourcePolicyRule : IApiType<ResourcePolicyRule>
{
    [Proto(1), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    [Proto(2), JsonName("apiGroups"), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> APIGroups { get; init; } = [];

    [Proto(3), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Resources { get; init; } = [];

    [Proto(4)]
    public bool ClusterScope { get; init; }

    [Proto(5), WrittenWhenEmpty, ListSet]
    public IReadOnlyList<string> Namespaces { get; init; } = [];
}

public sealed partial record Subject : IApiType<Subject>
{
    /// <summary>User, Group or ServiceAccount.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(2)]
    public UserSubject? User { get; init; }

    [Proto(3)]
    public GroupSubject? Group { get; init; }

    [Proto(4)]
    public ServiceAccountSubject? ServiceAccount { get; init; }
}

public sealed partial record GroupSubject : IApiType<GroupSubject>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}

public sealed partial record ServiceAccountSubject : IApiType<ServiceAccountSubject>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Namespace { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}

public sealed partial record UserSubject : IApiType<UserSubject>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
