using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A request for storage that a pod can mount.</summary>
[Resource("", "v1", "persistentvolumeclaims", Namespaced = true, ShortNames = ["pvc"])]
public sealed partial record PersistentVolumeClaim : IResource<PersistentVolumeClaim>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public PersistentVolumeClaimSpec Spec { get; init; } = PersistentVolumeClaimSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public PersistentVolumeClaimStatus Status { get; init; } = PersistentVolumeClaimStatus.Empty;
}

/// <summary>What is asked of a volume.</summary>
public sealed partial record PersistentVolumeClaimSpec : IApiType<PersistentVolumeClaimSpec>
{
    /// <summary>How it is to be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.</summary>
    [Proto(1), OneOf(typeof(PersistentVolumeAccessMode)), ListAtomic]
    public IReadOnlyList<string> AccessModes { get; init; } = [];

    /// <summary>Labels of the volumes to choose from.</summary>
    [Proto(4)]
    public LabelSelector? Selector { get; init; }

    /// <summary>The least size, under requests.storage.</summary>
    [Proto(2)]
    public VolumeResourceRequirements Resources { get; init; } = VolumeResourceRequirements.Empty;

    /// <summary>The volume it is bound to.</summary>
    [Proto(3)]
    public string VolumeName { get; init; } = "";

    /// <summary>Class that makes the volume. Absent: the default class; empty: none.</summary>
    [Proto(5)]
    public string? StorageClassName { get; init; }

    /// <summary>Filesystem (default) or Block.</summary>
    [Proto(6), OneOf(typeof(PersistentVolumeMode))]
    public string? VolumeMode { get; init; }

    /// <summary>Snapshot or claim the volume begins as a copy of.</summary>
    [Proto(7)]
    public TypedLocalObjectReference? DataSource { get; init; }

    /// <summary>As dataSource, for any kind that a populator knows.</summary>
    [Proto(8)]
    public TypedObjectReference? DataSourceRef { get; init; }

    [Proto(9)]
    public string? VolumeAttributesClassName { get; init; }
}

public sealed partial record PersistentVolumeClaimStatus : IApiType<PersistentVolumeClaimStatus>
{
    /// <summary>Pending, Bound or Lost.</summary>
    [Proto(1), OneOf(typeof(PersistentVolumeClaimPhase))]
    public string Phase { get; init; } = "";

    /// <summary>How the volume can be mounted.</summary>
    [Proto(2), OneOf(typeof(PersistentVolumeAccessMode)), ListAtomic]
    public IReadOnlyList<string> AccessModes { get; init; } = [];

    /// <summary>Size of the volume.</summary>
    [Proto(3)]
    public Map<Quantity> Capacity { get; init; } = [];

    /// <summary>A resize that is under way, and the like.</summary>
    [Proto(4), Merge("type"), ListMap("type")]
    public IReadOnlyList<PersistentVolumeClaimCondition> Conditions { get; init; } = [];

    [Proto(5)]
    public Map<Quantity> AllocatedResources { get; init; } = [];

    [Proto(7), OneOf(typeof(ClaimResourceStatus))]
    public Map<string> AllocatedResourceStatuses { get; init; } = [];

    [Proto(8)]
    public string? CurrentVolumeAttributesClassName { get; init; }

    [Proto(9)]
    public ModifyVolumeStatus? ModifyVolumeStatus { get; init; }
}

public sealed partial record PersistentVolumeClaimCondition : IApiType<PersistentVolumeClaimCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When it was looked at last.</summary>
    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastProbeTime { get; init; }

    /// <summary>When the status changed last.</summary>
    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(5)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(6)]
    public string Message { get; init; } = "";
}

/// <summary>The values of a ClaimResourceStatus.</summary>
public static class ClaimResourceStatus
{
    public const string PersistentVolumeClaimControllerResizeInProgress = "ControllerResizeInProgress";
    public const string PersistentVolumeClaimControllerResizeInfeasible = "ControllerResizeInfeasible";
    public const string PersistentVolumeClaimNodeResizeInProgress = "NodeResizeInProgress";
    public const string PersistentVolumeClaimNodeResizeInfeasible = "NodeResizeInfeasible";
    public const string PersistentVolumeClaimNodeResizePending = "NodeResizePending";
}

public sealed partial record ModifyVolumeStatus : IApiType<ModifyVolumeStatus>
{
    [Proto(1)]
    public string TargetVolumeAttributesClassName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(PersistentVolumeClaimModifyVolumeStatus))]
    public string Status { get; init; } = "";
}

/// <summary>The values of a PersistentVolumeClaimModifyVolumeStatus.</summary>
public static class PersistentVolumeClaimModifyVolumeStatus
{
    public const string PersistentVolumeClaimModifyVolumeInProgress = "InProgress";
    public const string PersistentVolumeClaimModifyVolumeInfeasible = "Infeasible";
    public const string PersistentVolumeClaimModifyVolumePending = "Pending";
}

/// <summary>The values of a PersistentVolumeClaimPhase.</summary>
public static class PersistentVolumeClaimPhase
{
    public const string ClaimBound = "Bound";
    public const string ClaimLost = "Lost";
    public const string ClaimPending = "Pending";
}

public sealed partial record TypedObjectReference : IApiType<TypedObjectReference>
{
    [Proto(1), JsonName("apiGroup"), WrittenWhenEmpty]
    public string? APIGroup { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(4)]
    public string? Namespace { get; init; }
}

public sealed partial record VolumeResourceRequirements : IApiType<VolumeResourceRequirements>
{
    /// <summary>The largest size.</summary>
    [Proto(1)]
    public Map<Quantity> Limits { get; init; } = [];

    /// <summary>The least size, under storage.</summary>
    [Proto(2)]
    public Map<Quantity> Requests { get; init; } = [];
}
