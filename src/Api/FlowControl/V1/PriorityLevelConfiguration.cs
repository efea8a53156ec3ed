using Navarch.Api.Meta.V1;

namespace Navarch.Api.FlowControl.V1;

[Resource("flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", Namespaced = false)]
public sealed partial record PriorityLevelConfiguration : IResource<PriorityLevelConfiguration>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public PriorityLevelConfigurationSpec Spec { get; init; } = PriorityLevelConfigurationSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public PriorityLevelConfigurationStatus Status { get; init; } = PriorityLevelConfigurationStatus.Empty;
}

public sealed partial record PriorityLevelConfigurationSpec : IApiType<PriorityLevelConfigurationSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2)]
    public LimitedPriorityLevelConfiguration? Limited { get; init; }

    [Proto(3)]
    public ExemptPriorityLevelConfiguration? Exempt { get; init; }
}

public sealed partial record PriorityLevelConfigurationStatus : IApiType<PriorityLevelConfigurationStatus>
{
    [Proto(1), Merge("type"), ListMap("type")]
    public IReadOnlyList<PriorityLevelConfigurationCondition> Conditions { get; init; } = [];
}

public sealed partial record PriorityLevelConfigurationCondition : IApiType<PriorityLevelConfigurationCondition>
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

public sealed partial record ExemptPriorityLevelConfiguration : IApiType<ExemptPriorityLevelConfiguration>
{
    [Proto(1)]
    public int? NominalConcurrencyShares { get; init; }

    [Proto(2)]
    public int? LendablePercent { get; init; }
}

public sealed partial record LimitedPriorityLevelConfiguration : IApiType<LimitedPriorityLevelConfiguration>
{
    [Proto(1), WrittenWhenEmpty]
    public int? NominalConcurrencyShares { get; init; }

    [Proto(2)]
    public LimitResponse LimitResponse { get; init; } = LimitResponse.Empty;

    [Proto(3)]
    public int? LendablePercent { get; init; }

    [Proto(4)]
    public int? BorrowingLimitPercent { get; init; }
}

public sealed partial record LimitResponse : IApiType<LimitResponse>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2)]
    public QueuingConfiguration? Queuing { get; init; }
}

public sealed partial record QueuingConfiguration : IApiType<QueuingConfiguration>
{
    [Proto(1), WrittenWhenEmpty]
    public int Queues { get; init; }

    [Proto(2), WrittenWhenEmpty]
    public int HandSize { get; init; }

    [Proto(3), WrittenWhenEmpty]
    public int QueueLengthLimit { get; init; }
}
