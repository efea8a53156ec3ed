using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A piece of storage in the cluster.</summary>
[Resource("", "v1", "persistentvolumes", Namespaced = false, ShortNames = ["pv"])]
public sealed partial record PersistentVolume : IResource<PersistentVolume>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public PersistentVolumeSpec Spec { get; init; } = PersistentVolumeSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public PersistentVolumeStatus Status { get; init; } = PersistentVolumeStatus.Empty;
}

/// <summary>A volume: what it is, how large, and who may use it how.</summary>
public sealed partial record PersistentVolumeSpec : IApiType<PersistentVolumeSpec>
{
    /// <summary>Its size, under storage.</summary>
    [Proto(1)]
    public Map<Quantity> Capacity { get; init; } = [];

    [Proto(1, In = [2]), JsonName("gcePersistentDisk")]
    public GCEPersistentDiskVolumeSource? GCEPersistentDisk { get; init; }

    [Proto(2, In = [2]), JsonName("awsElasticBlockStore")]
    public AWSElasticBlockStoreVolumeSource? AWSElasticBlockStore { get; init; }

    /// <summary>A directory of the node; for one-node clusters.</summary>
    [Proto(3, In = [2])]
    public HostPathVolumeSource? HostPath { get; init; }

    [Proto(4, In = [2])]
    public GlusterfsPersistentVolumeSource? Glusterfs { get; init; }

    /// <summary>A directory of an NFS server.</summary>
    [Proto(5, In = [2]), JsonName("nfs")]
    public NFSVolumeSource? NFS { get; init; }

    [Proto(6, In = [2]), JsonName("rbd")]
    public RBDPersistentVolumeSource? RBD { get; init; }

    /// <summary>A disk of an iSCSI target.</summary>
    [Proto(7, In = [2]), JsonName("iscsi")]
    public ISCSIPersistentVolumeSource? ISCSI { get; init; }

    [Proto(8, In = [2])]
    public CinderPersistentVolumeSource? Cinder { get; init; }

    [Proto(9, In = [2]), JsonName("cephfs")]
    public CephFSPersistentVolumeSource? CephFS { get; init; }

    [Proto(10, In = [2]), JsonName("fc")]
    public FCVolumeSource? FC { get; init; }

    [Proto(11, In = [2])]
    public FlockerVolumeSource? Flocker { get; init; }

    [Proto(12, In = [2])]
    public FlexPersistentVolumeSource? FlexVolume { get; init; }

    [Proto(13, In = [2])]
    public AzureFilePersistentVolumeSource? AzureFile { get; init; }

    [Proto(14, In = [2])]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; init; }

    [Proto(15, In = [2])]
    public QuobyteVolumeSource? Quobyte { get; init; }

    [Proto(16, In = [2])]
    public AzureDiskVolumeSource? AzureDisk { get; init; }

    [Proto(17, In = [2])]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; init; }

    [Proto(18, In = [2])]
    public PortworxVolumeSource? PortworxVolume { get; init; }

    [Proto(19, In = [2])]
    public ScaleIOPersistentVolumeSource? ScaleIO { get; init; }

    /// <summary>A disk or directory of one node.</summary>
    [Proto(20, In = [2])]
    public LocalVolumeSource? Local { get; init; }

    [Proto(21, In = [2]), JsonName("storageos")]
    public StorageOSPersistentVolumeSource? StorageOS { get; init; }

    /// <summary>A volume of a CSI driver.</summary>
    [Proto(22, In = [2]), JsonName("csi")]
    public CSIPersistentVolumeSource? CSI { get; init; }

    /// <summary>ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod: how it can be mounted.</summary>
    [Proto(3), OneOf(typeof(PersistentVolumeAccessMode)), ListAtomic]
    public IReadOnlyList<string> AccessModes { get; init; } = [];

    /// <summary>Claim it is bound to or kept for.</summary>
    [Proto(4)]
    public ObjectReference? ClaimRef { get; init; }

    /// <summary>What becomes of it when its claim is deleted: Retain or Delete.</summary>
    [Proto(5), OneOf(typeof(PersistentVolumeReclaimPolicy))]
    public string PersistentVolumeReclaimPolicy { get; init; } = "";

    /// <summary>Storage class it belongs to; empty for none.</summary>
    [Proto(6)]
    public string StorageClassName { get; init; } = "";

    /// <summary>Options to mount it with, such as ro or soft.</summary>
    [Proto(7), ListAtomic]
    public IReadOnlyList<string> MountOptions { get; init; } = [];

    /// <summary>Filesystem (default) or Block.</summary>
    [Proto(8), OneOf(typeof(PersistentVolumeMode))]
    public string? VolumeMode { get; init; }

    /// <summary>Nodes it can be reached from.</summary>
    [Proto(9)]
    public VolumeNodeAffinity? NodeAffinity { get; init; }

    [Proto(10)]
    public string? VolumeAttributesClassName { get; init; }
}

public sealed partial record PersistentVolumeStatus : IApiType<PersistentVolumeStatus>
{
    /// <summary>Pending, Available, Bound, Released or Failed.</summary>
    [Proto(1), OneOf(typeof(PersistentVolumePhase))]
    public string Phase { get; init; } = "";

    /// <summary>A sentence about why it is in this phase.</summary>
    [Proto(2)]
    public string Message { get; init; } = "";

    /// <summary>One word about why it failed.</summary>
    [Proto(3)]
    public string Reason { get; init; } = "";

    /// <summary>When the phase changed last.</summary>
    [Proto(4)]
    public DateTimeOffset? LastPhaseTransitionTime { get; init; }
}

/// <summary>The values of a PersistentVolumePhase.</summary>
public static class PersistentVolumePhase
{
    public const string VolumeAvailable = "Available";
    public const string VolumeBound = "Bound";
    public const string VolumeFailed = "Failed";
    public const string VolumePending = "Pending";
    public const string VolumeReleased = "Released";
}

public sealed partial record VolumeNodeAffinity : IApiType<VolumeNodeAffinity>
{
    /// <summary>The nodes.</summary>
    [Proto(1)]
    public NodeSelector? Required { get; init; }
}
