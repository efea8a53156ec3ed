using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The sources of a volume, of which exactly one may be set.</summary>
internal static class VolumeSources
{
    private static readonly (string Name, Func<Volume, object?> Of)[] All =
    [
        ("hostPath", static volume => volume.HostPath), ("emptyDir", static volume => volume.EmptyDir),
        ("gcePersistentDisk", static volume => volume.GCEPersistentDisk), ("awsElasticBlockStore", static volume => volume.AWSElasticBlockStore),
        ("gitRepo", static volume => volume.GitRepo), ("secret", static volume => volume.Secret), ("nfs", static volume => volume.NFS),
        ("iscsi", static volume => volume.ISCSI), ("glusterfs", static volume => volume.Glusterfs),
        ("persistentVolumeClaim", static volume => volume.PersistentVolumeClaim), ("rbd", static volume => volume.RBD),
        ("flexVolume", static volume => volume.FlexVolume), ("cinder", static volume => volume.Cinder), ("cephfs", static volume => volume.CephFS),
        ("flocker", static volume => volume.Flocker), ("downwardAPI", static volume => volume.DownwardAPI), ("fc", static volume => volume.FC),
        ("azureFile", static volume => volume.AzureFile), ("configMap", static volume => volume.ConfigMap),
        ("vsphereVolume", static volume => volume.VsphereVolume), ("quobyte", static volume => volume.Quobyte),
        ("azureDisk", static volume => volume.AzureDisk), ("photonPersistentDisk", static volume => volume.PhotonPersistentDisk),
        ("projected", static volume => volume.Projected), ("portworxVolume", static volume => volume.PortworxVolume),
        ("scaleIO", static volume => volume.ScaleIO), ("storageos", static volume => volume.StorageOS), ("csi", static volume => volume.CSI),
        ("ephemeral", static volume => volume.Ephemeral), ("image", static volume => volume.Image),
    ];

    /// <summary>Names of the sources that are set, in the order they are declared.</summary>
    public static List<string> Set(Volume volume)
    {
        var set = new List<string>(1);
        foreach (var (name, of) in All)
        {
            if (of(volume) is not null)
            {
                set.Add(name);
            }
        }

        return set;
    }

    public static bool HasAny(Volume volume)
    {
        foreach (var (_, of) in All)
        {
            if (of(volume) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
