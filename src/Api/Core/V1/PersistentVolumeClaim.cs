using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A request for storage that a pod can mount.</summary>
[Resource("", "v1", "persistentvolumeclaims", Namespaced = true, ShortNames = ["pvc"])]
public sealed partial record PersistentVolumeClaim : IResource<PersistentVolumeClaim>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public PersistentVolumeClaimSpec Spec { get; init; } = PersistentVolumeClaimSpec.Empty;

    [Proto(3)]
    public PersistentVolumeClaimStatus Status { get; init; } = PersistentVolumeClaimStatus.Empty;
}

public sealed partial record PersistentVolumeClaimSpec : IApiType<PersistentVolumeClaimSpec>
{
    [Proto(1), OneOf(typeof(PersistentVolumeAccessMode)), ListAtomic]
    public IReadOnlyList<string> AccessModes { get; init; } = [];

    [Proto(4)]
    public LabelSelector? Selector { get; init; }

    [Proto(2)]
    public VolumeResourceRequirements Resources { get; init; } = VolumeResourceRequirements.Empty;

    [Proto(3)]
    public string VolumeName { get; init; } = "";

    [Proto(5)]
    public string? StorageClassName { get; init; }

    [Proto(6), OneOf(typeof(PersistentVolumeMode))]
    public string? VolumeMode { get; init; }

    [Proto(7)]
    public TypedLocalObjectReference? DataSource { get; init; }

    [Proto(8)]
    public TypedObjectReference? DataSourceRef { get; init; }

    [Proto(9)]
    public string? VolumeAttributesClassName { get; init; }
}

public sealed partial record PersistentVolumeClaimStatus : IApiType<PersistentVolumeClaimStatus>
{
    [Proto(1), OneOf(typeof(PersistentVolumeClaimPhase))]
    public string Phase { get; init; } = "";

    [Proto(2), OneOf(typeof(PersistentVolumeAccessMode)), ListAtomic]
    public IReadOnlyList<string> AccessModes { get; init; } = [];

    [Proto(3)]
    public Map<Quantity> Capacity { get; init; } = [];

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
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastProbeTime { get; init; }

    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(5)]
    public string Reason { get; init; } = "";

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
    [Proto(1)]
    public Map<Quantity> Limits { get; init; } = [];

    [Proto(2)]
    public Map<Quantity> Requests { get; init; } = [];
}
