using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>Pods of one template, replaced step by step when the template changes.</summary>
[Resource("apps", "v1", "deployments", Namespaced = true, ShortNames = ["deploy"], Categories = ["all"])]
public sealed partial record Deployment : IResource<Deployment>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public DeploymentSpec Spec { get; init; } = DeploymentSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public DeploymentStatus Status { get; init; } = DeploymentStatus.Empty;
}

/// <summary>The wanted state of a Deployment.</summary>
public sealed partial record DeploymentSpec : IApiType<DeploymentSpec>
{
    /// <summary>Wanted number of pods. Zero is a size; absent means one.</summary>
    [Proto(1)]
    public int? Replicas { get; init; }

    /// <summary>Labels of the pods that belong to the Deployment; must match the template's.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public LabelSelector? Selector { get; init; }

    /// <summary>What each pod looks like.</summary>
    [Proto(3), Required]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;

    /// <summary>How pods are replaced when the template changes.</summary>
    [Proto(4), RetainKeys]
    public DeploymentStrategy Strategy { get; init; } = DeploymentStrategy.Empty;

    /// <summary>Seconds a new pod must be ready before it counts as available.</summary>
    [Proto(5)]
    public int MinReadySeconds { get; init; }

    /// <summary>Number of old ReplicaSets kept for rollback. Default 10.</summary>
    [Proto(6)]
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Stop rolling out changes.</summary>
    [Proto(7)]
    public bool Paused { get; init; }

    /// <summary>Seconds without progress after which the rollout is reported as failed. Default 600.</summary>
    [Proto(9)]
    public int? ProgressDeadlineSeconds { get; init; }
}

public sealed partial record DeploymentStatus : IApiType<DeploymentStatus>
{
    /// <summary>The metadata.generation that this status speaks of.</summary>
    [Proto(1)]
    public long ObservedGeneration { get; init; }

    /// <summary>Pods of the deployment, old and new.</summary>
    [Proto(2)]
    public int Replicas { get; init; }

    /// <summary>Pods of the newest template.</summary>
    [Proto(3)]
    public int UpdatedReplicas { get; init; }

    /// <summary>Pods that are ready.</summary>
    [Proto(7)]
    public int ReadyReplicas { get; init; }

    /// <summary>Pods that have been ready for minReadySeconds.</summary>
    [Proto(4)]
    public int AvailableReplicas { get; init; }

    /// <summary>Pods still missing for all wanted ones to be available.</summary>
    [Proto(5)]
    public int UnavailableReplicas { get; init; }

    /// <summary>Pods that are on their way out.</summary>
    [Proto(9)]
    public int? TerminatingReplicas { get; init; }

    /// <summary>Available, Progressing and ReplicaFailure.</summary>
    [Proto(6), Merge("type"), ListMap("type")]
    public IReadOnlyList<DeploymentCondition> Conditions { get; init; } = [];

    /// <summary>Collisions of template hashes; makes the next hash another.</summary>
    [Proto(8)]
    public int? CollisionCount { get; init; }
}

public sealed partial record DeploymentCondition : IApiType<DeploymentCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When the condition was written last.</summary>
    [Proto(6), WrittenWhenEmpty]
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>When the status changed last.</summary>
    [Proto(7), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(4)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(5)]
    public string Message { get; init; } = "";
}

public sealed partial record DeploymentStrategy : IApiType<DeploymentStrategy>
{
    /// <summary>RollingUpdate (default), or Recreate: all old pods end before new ones start.</summary>
    [Proto(1), OneOf(typeof(DeploymentStrategyType))]
    public string Type { get; init; } = "";

    /// <summary>Settings of the rolling update.</summary>
    [Proto(2)]
    public RollingUpdateDeployment? RollingUpdate { get; init; }
}

/// <summary>The values of a DeploymentStrategyType.</summary>
public static class DeploymentStrategyType
{
    public const string Recreate = "Recreate";
    public const string RollingUpdate = "RollingUpdate";
}

public sealed partial record RollingUpdateDeployment : IApiType<RollingUpdateDeployment>
{
    /// <summary>Pods, by number or percentage, that may be missing during an update. Default 25%, rounded down.</summary>
    [Proto(1)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Pods, by number or percentage, that there may be beyond the wanted ones. Default 25%, rounded up.</summary>
    [Proto(2)]
    public IntOrString? MaxSurge { get; init; }
}
