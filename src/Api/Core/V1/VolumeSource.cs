namespace Navarch.Api.Core.V1;

public sealed partial record VolumeSource : IApiType<VolumeSource>
{
    [Proto(1)]
    public HostPathVolumeSource? HostPath { get; init; }

    [Proto(2)]
    public EmptyDirVolumeSource? EmptyDir { get; init; }

    [Proto(3), JsonName("gcePersistentDisk")]
    public GCEPersistentDiskVolumeSource? GCEPersistentDisk { get; init; }

    [Proto(4), JsonName("awsElasticBlockStore")]
    public AWSElasticBlockStoreVolumeSource? AWSElasticBlockStore { get; init; }

    [Proto(5)]
    public GitRepoVolumeSource? GitRepo { get; init; }

    [Proto(6)]
    public SecretVolumeSource? Secret { get; init; }

    [Proto(7), JsonName("nfs")]
    public NFSVolumeSource? NFS { get; init; }

    [Proto(8), JsonName("iscsi")]
    public ISCSIVolumeSource? ISCSI { get; init; }

    [Proto(9)]
    public GlusterfsVolumeSource? Glusterfs { get; init; }

    [Proto(10)]
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }

    [Proto(11), JsonName("rbd")]
    public RBDVolumeSource? RBD { get; init; }

    [Proto(12)]
    public FlexVolumeSource? FlexVolume { get; init; }

    [Proto(13)]
    public CinderVolumeSource? Cinder { get; init; }

    [Proto(14), JsonName("cephfs")]
    public CephFSVolumeSource? CephFS { get; init; }

    [Proto(15)]
    public FlockerVolumeSource? Flocker { get; init; }

    [Proto(16)]
    public DownwardAPIVolumeSource? DownwardAPI { get; init; }

    [Proto(17), JsonName("fc")]
    public FCVolumeSource? FC { get; init; }

    [Proto(18)]
    public AzureFileVolumeSource? AzureFile { get; init; }

    [Proto(19)]
    public ConfigMapVolumeSource? ConfigMap { get; init; }

    [Proto(20)]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; init; }

    [Proto(21)]
    public QuobyteVolumeSource? Quobyte { get; init; }

    [Proto(22)]
    public AzureDiskVolumeSource? AzureDisk { get; init; }

    [Proto(23)]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; init; }

    [Proto(26)]
    public ProjectedVolumeSource? Projected { get; init; }

    [Proto(24)]
    public PortworxVolumeSource? PortworxVolume { get; init; }

    [Proto(25)]
    public ScaleIOVolumeSource? ScaleIO { get; init; }

    [Proto(27), JsonName("storageos")]
    public StorageOSVolumeSource? StorageOS { get; init; }

    [Proto(28), JsonName("csi")]
    public CSIVolumeSource? CSI { get; init; }

    [Proto(29)]
    public EphemeralVolumeSource? Ephemeral { get; init; }

    [Proto(30)]
    public ImageVolumeSource? Image { get; init; }
}
