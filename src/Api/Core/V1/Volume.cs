namespace Navarch.Api.Core.V1;

/// <summary>A directory that containers of the pod can mount, and what is in it: exactly one source is set.</summary>
public sealed partial record Volume : IApiType<Volume>
{
    /// <summary>Name that mounts refer to; unique in the pod.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>A file or directory of the node.</summary>
    [Proto(1, In = [2])]
    public HostPathVolumeSource? HostPath { get; init; }

    /// <summary>A directory that is empty at first and gone with the pod.</summary>
    [Proto(2, In = [2])]
    public EmptyDirVolumeSource? EmptyDir { get; init; }

    [Proto(3, In = [2]), JsonName("gcePersistentDisk")]
    public GCEPersistentDiskVolumeSource? GCEPersistentDisk { get; init; }

    [Proto(4, In = [2]), JsonName("awsElasticBlockStore")]
    public AWSElasticBlockStoreVolumeSource? AWSElasticBlockStore { get; init; }

    [Proto(5, In = [2])]
    public GitRepoVolumeSource? GitRepo { get; init; }

    /// <summary>The keys of a Secret, a file each.</summary>
    [Proto(6, In = [2])]
    public SecretVolumeSource? Secret { get; init; }

    /// <summary>A directory of an NFS server.</summary>
    [Proto(7, In = [2]), JsonName("nfs")]
    public NFSVolumeSource? NFS { get; init; }

    /// <summary>A disk of an iSCSI target.</summary>
    [Proto(8, In = [2]), JsonName("iscsi")]
    public ISCSIVolumeSource? ISCSI { get; init; }

    [Proto(9, In = [2])]
    public GlusterfsVolumeSource? Glusterfs { get; init; }

    /// <summary>The volume that a PersistentVolumeClaim of the namespace is bound to.</summary>
    [Proto(10, In = [2])]
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }

    [Proto(11, In = [2]), JsonName("rbd")]
    public RBDVolumeSource? RBD { get; init; }

    [Proto(12, In = [2])]
    public FlexVolumeSource? FlexVolume { get; init; }

    [Proto(13, In = [2])]
    public CinderVolumeSource? Cinder { get; init; }

    [Proto(14, In = [2]), JsonName("cephfs")]
    public CephFSVolumeSource? CephFS { get; init; }

    [Proto(15, In = [2])]
    public FlockerVolumeSource? Flocker { get; init; }

    /// <summary>Fields of the pod, a file each.</summary>
    [Proto(16, In = [2])]
    public DownwardAPIVolumeSource? DownwardAPI { get; init; }

    /// <summary>A disk of a Fibre Channel target.</summary>
    [Proto(17, In = [2]), JsonName("fc")]
    public FCVolumeSource? FC { get; init; }

    [Proto(18, In = [2])]
    public AzureFileVolumeSource? AzureFile { get; init; }

    /// <summary>The keys of a ConfigMap, a file each.</summary>
    [Proto(19, In = [2])]
    public ConfigMapVolumeSource? ConfigMap { get; init; }

    [Proto(20, In = [2])]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; init; }

    [Proto(21, In = [2])]
    public QuobyteVolumeSource? Quobyte { get; init; }

    [Proto(22, In = [2])]
    public AzureDiskVolumeSource? AzureDisk { get; init; }

    [Proto(23, In = [2])]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; init; }

    /// <summary>Several sources in one directory.</summary>
    [Proto(26, In = [2])]
    public ProjectedVolumeSource? Projected { get; init; }

    [Proto(24, In = [2])]
    public PortworxVolumeSource? PortworxVolume { get; init; }

    [Proto(25, In = [2])]
    public ScaleIOVolumeSource? ScaleIO { get; init; }

    [Proto(27, In = [2]), JsonName("storageos")]
    public StorageOSVolumeSource? StorageOS { get; init; }

    /// <summary>A volume that a CSI driver makes for this pod alone.</summary>
    [Proto(28, In = [2]), JsonName("csi")]
    public CSIVolumeSource? CSI { get; init; }

    /// <summary>A volume of a claim that is made for this pod and gone with it.</summary>
    [Proto(29, In = [2])]
    public EphemeralVolumeSource? Ephemeral { get; init; }

    /// <summary>The content of an OCI image or artifact, read-only.</summary>
    [Proto(30, In = [2])]
    public ImageVolumeSource? Image { get; init; }
}
