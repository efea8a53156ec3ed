using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The sources of a volume, of which exactly one may be set.</summary>
internal static class VolumeSources
{
    /// <summary>Names and values of the sources that are set, in the order they are declared.</summary>
    public static IEnumerable<string> Set(Volume volume)
    {
        (string Name, object? Source)[] all =
        [
            ("hostPath", volume.HostPath), ("emptyDir", volume.EmptyDir), ("gcePersistentDisk", volume.GCEPersistentDisk),
            ("awsElasticBlockStore", volume.AWSElasticBlockStore), ("gitRepo", volume.GitRepo), ("secret", volume.Secret), ("nfs", volume.NFS),
            ("iscsi", volume.ISCSI), ("glusterfs", volume.Glusterfs), ("persistentVolumeClaim", volume.PersistentVolumeClaim), ("rbd", volume.RBD),
            ("flexVolume", volume.FlexVolume), ("cinder", volume.Cinder), ("cephfs", volume.CephFS), ("flocker", volume.Flocker),
            ("downwardAPI", volume.DownwardAPI), ("fc", volume.FC), ("azureFile", volume.AzureFile), ("configMap", volume.ConfigMap),
            ("vsphereVolume", volume.VsphereVolume), ("quobyte", volume.Quobyte), ("azureDisk", volume.AzureDisk),
            ("photonPersistentDisk", volume.PhotonPersistentDisk), ("projected", volume.Projected), ("portworxVolume", volume.PortworxVolume),
            ("scaleIO", volume.ScaleIO), ("storageos", volume.StorageOS), ("csi", volume.CSI), ("ephemeral", volume.Ephemeral), ("image", volume.Image),
        ];
        return all.Where(one => one.Source is not null).Select(one => one.Name);
    }

    public static int Count(Volume volume) => Set(volume).Count();
}
