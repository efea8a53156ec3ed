using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Where a persistent volume really lies: exactly one of many kinds of place.</summary>
internal static class PersistentVolumeSources
{
    public static void Validate(FieldErrors errors, FieldPath path, PersistentVolumeSpec spec, string name)
    {
        var set = All(spec).Where(static one => one.Source is not null).ToList();
        if (set.Count == 0)
        {
            errors.Required(path, "must specify a volume type");
        }

        foreach (var (extra, _) in set.Skip(1))
        {
            errors.Forbidden(path / extra, "may not specify more than 1 volume type");
        }

        if (set.Count > 0)
        {
            Source(errors, path / set[0].Name, spec, name);
        }
    }

    public static bool AreSame(PersistentVolumeSpec spec, PersistentVolumeSpec old)
    {
        // The one thing that may be added later: a secret for growing the volume.
        if (spec.CSI is { } csi && old.CSI is { ControllerExpandSecretRef: null } before)
        {
            old = old with { CSI = before with { ControllerExpandSecretRef = csi.ControllerExpandSecretRef } };
        }

        return All(spec).Select(static one => one.Source).SequenceEqual(All(old).Select(static one => one.Source));
    }

    private static (string Name, object? Source)[] All(PersistentVolumeSpec spec) =>
    [
        ("gcePersistentDisk", spec.GCEPersistentDisk), ("awsElasticBlockStore", spec.AWSElasticBlockStore), ("hostPath", spec.HostPath), ("glusterfs", spec.Glusterfs),
        ("nfs", spec.NFS), ("rbd", spec.RBD), ("iscsi", spec.ISCSI), ("cinder", spec.Cinder), ("cephfs", spec.CephFS), ("fc", spec.FC), ("flocker", spec.Flocker),
        ("flexVolume", spec.FlexVolume), ("azureFile", spec.AzureFile), ("vsphereVolume", spec.VsphereVolume), ("quobyte", spec.Quobyte), ("azureDisk", spec.AzureDisk),
        ("photonPersistentDisk", spec.PhotonPersistentDisk), ("portworxVolume", spec.PortworxVolume), ("scaleIO", spec.ScaleIO), ("local", spec.Local),
        ("storageos", spec.StorageOS), ("csi", spec.CSI),
    ];

    private static void Source(FieldErrors errors, FieldPath path, PersistentVolumeSpec spec, string name)
    {
        switch (spec)
        {
            case { HostPath: { } host }:
                VolumeValidation.HostPath(errors, path, host);
                if (host.Path.StartsWith('/') && host.Path.Split('/').All(static part => part is "" or ".") && spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimPolicy.PersistentVolumeReclaimRecycle)
                {
                    errors.Forbidden(FieldPath.Of("spec") / "persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
                }

                break;
            case { Local: { } local }:
                if (local.Path.Length == 0)
                {
                    errors.Required(path / "path");
                }
                else
                {
                    PathRules.NoBacksteps(errors, path / "path", local.Path);
                }

                break;
            case { CSI: { } csi }:
                Csi(errors, path, csi);
                break;
            default:
                RemoteVolumes.Validate(errors, path, spec, name);
                break;
        }
    }

    private static void Csi(FieldErrors errors, FieldPath path, CSIPersistentVolumeSource csi)
    {
        VolumeValidation.Driver(errors, path / "driver", csi.Driver);
        errors.RequiredText(path, "volumeHandle", csi.VolumeHandle);
        (string Name, SecretReference? Secret)[] secrets =
        [
            ("controllerPublishSecretRef", csi.ControllerPublishSecretRef), ("controllerExpandSecretRef", csi.ControllerExpandSecretRef),
            ("nodePublishSecretRef", csi.NodePublishSecretRef), ("nodeStageSecretRef", csi.NodeStageSecretRef), ("nodeExpandSecretRef", csi.NodeExpandSecretRef),
        ];
        foreach (var (name, secret) in secrets)
        {
            if (secret is not null)
            {
                errors.RequiredSubdomain(path / name, "name", secret.Name);
                errors.RequiredLabel(path / name, "namespace", secret.Namespace);
            }
        }
    }
}
