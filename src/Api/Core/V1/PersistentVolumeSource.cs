namespace Navarch.Api.Core.V1;

public sealed partial record PersistentVolumeSource : IApiType<PersistentVolumeSource>
{
    [Proto(1), JsonName("gcePersistentDisk")]
    public GCEPersistentDiskVolumeSource? GCEPersistentDisk { get; init; }

    [Proto(2), JsonName("awsElasticBlockStore")]
    public AWSElasticBlockStoreVolumeSource? AWSElasticBlockStore { get; init; }

    [Proto(3)]
    public HostPathVolumeSource? HostPath { get; init; }

    [Proto(4)]
    public GlusterfsPersistentVolumeSource? Glusterfs { get; init; }

    [Proto(5), JsonName("nfs")]
    public NFSVolumeSource? NFS { get; init; }

    [Proto(6), JsonName("rbd")]
    public RBDPersistentVolumeSource? RBD { get; init; }

    [Proto(7), JsonName("iscsi")]
    public ISCSIPersistentVolumeSource? ISCSI { get; init; }

    [Proto(8)]
    public CinderPersistentVolumeSource? Cinder { get; init; }

    [Proto(9), JsonName("cephfs")]
    public CephFSPersistentVolumeSource? CephFS { get; init; }

    [Proto(10), JsonName("fc")]
    public FCVolumeSource? FC { get; init; }

    [Proto(11)]
    public FlockerVolumeSource? Flocker { get; init; }

    [Proto(12)]
    public FlexPersistentVolumeSource? FlexVolume { get; init; }

    [Proto(13)]
    public AzureFilePersistentVolumeSource? AzureFile { get; init; }

    [Proto(14)]
    public VsphereVirtualDiskVolumeSource? VsphereVolume { get; init; }

    [Proto(15)]
    public QuobyteVolumeSource? Quobyte { get; init; }

    [Proto(16)]
    public AzureDiskVolumeSource? AzureDisk { get; init; }

    [Proto(17)]
    public PhotonPersistentDiskVolumeSource? PhotonPersistentDisk { get; init; }

    [Proto(18)]
    public PortworxVolumeSource? PortworxVolume { get; init; }

    [Proto(19)]
    public ScaleIOPersistentVolumeSource? ScaleIO { get; init; }

    [Proto(20)]
    public LocalVolumeSource? Local { get; init; }

    [Proto(21), JsonName("storageos")]
    public StorageOSPersistentVolumeSource? StorageOS { get; init; }

    [Proto(22), JsonName("csi")]
    public CSIPersistentVolumeSource? CSI { get; init; }
}
