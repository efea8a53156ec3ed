using System.Text.RegularExpressions;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of volumes that lie elsewhere in the network: mostly of kinds from before there was CSI, most of which do not work any more.</summary>
internal static partial class RemoteVolumes
{
    private const string HostAndPort = "must be a host:port pair or multiple pairs separated by commas";
    private const string InitiatorForm = "must be valid format";
    private const int TenantMax = 64;

    private static readonly string[] CachingModes = ["None", "ReadOnly", "ReadWrite"];
    private static readonly string[] DiskKinds = ["Dedicated", "Managed", "Shared"];

    /// <summary>A volume of a pod.</summary>
    public static void Validate(FieldErrors errors, FieldPath path, Volume volume)
    {
        switch (volume)
        {
            case { NFS: { } nfs }:
                Nfs(errors, path, nfs);
                break;
            case { ISCSI: { } iscsi }:
                Target(errors, path, iscsi.TargetPortal, iscsi.IQN, iscsi.Lun, "must be valid format starting with iqn, eui, or naa");
                if ((iscsi.DiscoveryCHAPAuth || iscsi.SessionCHAPAuth) && iscsi.SecretRef is null)
                {
                    errors.Required(path / "secretRef");
                }

                Initiator(errors, path, iscsi.InitiatorName, "must be valid format starting with iqn, eui, or naa");
                break;
            case { FC: { } fc }:
                FibreChannel(errors, path, fc);
                break;
            case { Glusterfs: { } gluster }:
                Required(errors, path, ("endpoints", gluster.EndpointsName), ("path", gluster.Path));
                break;
            case { RBD: { } rbd }:
                Monitors(errors, path, rbd.CephMonitors.Count);
                Required(errors, path, ("image", rbd.RBDImage));
                break;
            case { CephFS: { } ceph }:
                Monitors(errors, path, ceph.Monitors.Count);
                break;
            case { Cinder: { } cinder }:
                Required(errors, path, ("volumeID", cinder.VolumeID));
                Secret(errors, path, cinder.SecretRef?.Name);
                break;
            case { FlexVolume: { } flex }:
                Flex(errors, path, flex.Driver, flex.Options);
                break;
            case { AzureFile: { } file }:
                Required(errors, path, ("secretName", file.SecretName), ("shareName", file.ShareName));
                break;
            case { ScaleIO: { } scaleIO }:
                Required(errors, path, ("gateway", scaleIO.Gateway), ("system", scaleIO.System), ("volumeName", scaleIO.VolumeName));
                break;
            case { StorageOS: { } storageOS }:
                StorageOS(errors, path, storageOS.VolumeName, storageOS.VolumeNamespace);
                Secret(errors, path, storageOS.SecretRef?.Name);
                break;
            default:
                Shared(errors, path, volume.AzureDisk, volume.VsphereVolume, volume.PhotonPersistentDisk, volume.PortworxVolume, volume.Quobyte, volume.Flocker);
                Disk(errors, path, path, volume.GCEPersistentDisk, volume.AWSElasticBlockStore);
                break;
        }
    }

    /// <summary>A persistent volume.</summary>
    public static void Validate(FieldErrors errors, FieldPath path, PersistentVolumeSpec spec, string name)
    {
        switch (spec)
        {
            case { NFS: { } nfs }:
                Nfs(errors, path, nfs);
                break;
            case { ISCSI: { } iscsi }:
                Iscsi(errors, path, iscsi, name);
                break;
            case { FC: { } fc }:
                FibreChannel(errors, path, fc);
                break;
            case { Glusterfs: { } gluster }:
                Required(errors, path, ("endpoints", gluster.EndpointsName), ("path", gluster.Path));
                EndpointsNamespace(errors, path / "endpointsNamespace", gluster.EndpointsNamespace);
                break;
            case { RBD: { } rbd }:
                Monitors(errors, path, rbd.CephMonitors.Count);
                Required(errors, path, ("image", rbd.RBDImage));
                break;
            case { CephFS: { } ceph }:
                Monitors(errors, path, ceph.Monitors.Count);
                break;
            case { Cinder: { } cinder }:
                Required(errors, path, ("volumeID", cinder.VolumeID));
                Secret(errors, path, cinder.SecretRef?.Name, cinder.SecretRef?.Namespace);
                break;
            case { FlexVolume: { } flex }:
                Flex(errors, path, flex.Driver, flex.Options);
                break;
            case { AzureFile: { } file }:
                Required(errors, path, ("secretName", file.SecretName), ("shareName", file.ShareName));
                if (file.SecretNamespace is "")
                {
                    errors.Required(path / "secretNamespace");
                }

                break;
            case { ScaleIO: { } scaleIO }:
                Required(errors, path, ("gateway", scaleIO.Gateway), ("system", scaleIO.System), ("volumeName", scaleIO.VolumeName));
                break;
            case { StorageOS: { } storageOS }:
                StorageOS(errors, path, storageOS.VolumeName, storageOS.VolumeNamespace);
                Secret(errors, path, storageOS.SecretRef?.Name, storageOS.SecretRef?.Namespace);
                break;
            default:
                Shared(errors, path, spec.AzureDisk, spec.VsphereVolume, spec.PhotonPersistentDisk, spec.PortworxVolume, spec.Quobyte, spec.Flocker);
                Disk(errors, FieldPath.Of("spec") / "persistentDisk", path, spec.GCEPersistentDisk, spec.AWSElasticBlockStore); // The first path is upstream's.
                break;
        }
    }

    private static void Shared(
        FieldErrors errors, FieldPath path, AzureDiskVolumeSource? azure, VsphereVirtualDiskVolumeSource? vsphere, PhotonPersistentDiskVolumeSource? photon,
        PortworxVolumeSource? portworx, QuobyteVolumeSource? quobyte, FlockerVolumeSource? flocker)
    {
        if (azure is not null)
        {
            AzureDisk(errors, path, azure);
        }

        if (vsphere is not null)
        {
            Required(errors, path, ("volumePath", vsphere.VolumePath));
        }

        if (photon is not null)
        {
            Required(errors, path, ("pdID", photon.PdID));
        }

        if (portworx is not null)
        {
            Required(errors, path, ("volumeID", portworx.VolumeID));
        }

        if (quobyte is not null)
        {
            Quobyte(errors, path, quobyte);
        }

        if (flocker is not null)
        {
            Flocker(errors, path, flocker);
        }
    }

    private static void Disk(FieldErrors errors, FieldPath googlePath, FieldPath amazonPath, GCEPersistentDiskVolumeSource? google, AWSElasticBlockStoreVolumeSource? amazon)
    {
        if (google is not null)
        {
            Required(errors, googlePath, ("pdName", google.PDName));
            Partition(errors, googlePath, google.Partition);
        }

        if (amazon is not null)
        {
            Required(errors, amazonPath, ("volumeID", amazon.VolumeID));
            Partition(errors, amazonPath, amazon.Partition);
        }
    }

    // Zero is allowed, too: it says that there is none.
    private static void Partition(FieldErrors errors, FieldPath path, int partition)
    {
        if (partition is < 0 or > 255)
        {
            errors.Invalid(path / "partition", partition, "must be between 1 and 255, inclusive");
        }
    }

    private static void Nfs(FieldErrors errors, FieldPath path, NFSVolumeSource nfs)
    {
        Required(errors, path, ("server", nfs.Server), ("path", nfs.Path));
        if (!nfs.Path.StartsWith('/'))
        {
            errors.Invalid(path / "path", nfs.Path, "must be an absolute path");
        }
    }

    private static void Iscsi(FieldErrors errors, FieldPath path, ISCSIPersistentVolumeSource iscsi, string name)
    {
        if (iscsi.InitiatorName is not null && $"{name}:{iscsi.TargetPortal}".Length > 64)
        {
            errors.Invalid(path / "targetportal", iscsi.TargetPortal, "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.");
        }

        Target(errors, path, iscsi.TargetPortal, iscsi.IQN, iscsi.Lun, InitiatorForm);
        if ((iscsi.DiscoveryCHAPAuth || iscsi.SessionCHAPAuth) && iscsi.SecretRef is null)
        {
            errors.Required(path / "secretRef");
        }

        Secret(errors, path, iscsi.SecretRef?.Name);
        Initiator(errors, path, iscsi.InitiatorName, InitiatorForm);
    }

    private static void Target(FieldErrors errors, FieldPath path, string portal, string iqn, int lun, string unknownForm)
    {
        Required(errors, path, ("targetPortal", portal), ("iqn", iqn));
        if (iqn.Length > 0)
        {
            errors.InvalidIf(InitiatorProblem(iqn, unknownForm), path / "iqn", iqn);
        }

        errors.Between(path, "lun", lun, 0, 255);
    }

    private static void Initiator(FieldErrors errors, FieldPath path, string? name, string unknownForm)
    {
        if (name is not null)
        {
            errors.InvalidIf(InitiatorProblem(name, unknownForm), path / "initiatorname", name);
        }
    }

    private static string? InitiatorProblem(string name, string unknownForm) => name switch
    {
        ['i', 'q', 'n', ..] => QualifiedName().IsMatch(name) ? null : InitiatorForm,
        ['e', 'u', 'i', ..] => ExtendedIdentifier().IsMatch(name) ? null : InitiatorForm,
        ['n', 'a', 'a', ..] => NetworkAuthority().IsMatch(name) ? null : InitiatorForm,
        _ => unknownForm,
    };

    private static void FibreChannel(FieldErrors errors, FieldPath path, FCVolumeSource fc)
    {
        if (fc.TargetWWNs.Count == 0 && fc.WWIDs.Count == 0)
        {
            errors.Required(path / "targetWWNs", "must specify either targetWWNs or wwids, but not both");
        }

        if (fc.TargetWWNs.Count > 0 && fc.WWIDs.Count > 0)
        {
            errors.Invalid(path / "targetWWNs", RawValue.Of(fc.TargetWWNs), "targetWWNs and wwids can not be specified simultaneously");
        }

        if (fc.TargetWWNs.Count > 0)
        {
            if (fc.Lun is not { } lun)
            {
                errors.Required(path / "lun", "lun is required if targetWWNs is specified");
            }
            else
            {
                errors.Between(path, "lun", lun, 0, 255);
            }
        }
    }

    private static void EndpointsNamespace(FieldErrors errors, FieldPath path, string? name)
    {
        if (name is "")
        {
            errors.Invalid(path, name, "if the endpointnamespace is set, it must be a valid namespace name");
        }
        else if (name is not null)
        {
            errors.InvalidIf(Names.LabelProblem(name), path, name);
        }
    }

    private static void Flex(FieldErrors errors, FieldPath path, string driver, Map<string> options)
    {
        Required(errors, path, ("driver", driver));
        foreach (var (key, _) in options)
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            var domain = "." + (slash < 0 ? key : key[..slash]).ToLowerInvariant();
            if (domain.EndsWith(".kubernetes.io", StringComparison.Ordinal) || domain.EndsWith(".k8s.io", StringComparison.Ordinal))
            {
                errors.Invalid((path / "options")[key], key, "kubernetes.io and k8s.io namespaces are reserved");
            }
        }
    }

    private static void AzureDisk(FieldErrors errors, FieldPath path, AzureDiskVolumeSource disk)
    {
        Required(errors, path, ("diskName", disk.DiskName), ("diskURI", disk.DataDiskURI));
        if (disk.CachingMode is { } mode && !CachingModes.Contains(mode))
        {
            errors.NotSupported(path / "cachingMode", mode, CachingModes);
        }

        if (disk.Kind is { } kind && !DiskKinds.Contains(kind))
        {
            errors.NotSupported(path / "kind", kind, DiskKinds);
        }

        var isManaged = disk.Kind == AzureDataDiskKind.AzureManagedDisk;
        if (disk.Kind is not null && !disk.DataDiskURI.StartsWith(isManaged ? "/subscriptions/" : "https://", StringComparison.Ordinal))
        {
            errors.NotSupported(path / "diskURI", disk.DataDiskURI,
            [
                isManaged
                    ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
                    : "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd",
            ]);
        }
    }

    private static void Quobyte(FieldErrors errors, FieldPath path, QuobyteVolumeSource quobyte)
    {
        if (quobyte.Registry.Length == 0)
        {
            errors.Required(path / "registry", HostAndPort);
        }
        else if (quobyte.Tenant.Length > TenantMax)
        {
            errors.Required(path / "tenant", "must be a UUID and may not exceed a length of 64 characters");
        }
        else if (!quobyte.Registry.Split(',').All(IsHostAndPort))
        {
            errors.Invalid(path / "registry", quobyte.Registry, HostAndPort);
        }

        Required(errors, path, ("volume", quobyte.Volume));
    }

    // host:port, [host]:port; neither part need be there, nor be a number.
    private static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        var host = text.AsSpan(0, colon);
        var isBracketed = host is ['[', .., ']'];
        host = isBracketed ? host[1..^1] : host;
        return !host.ContainsAny('[', ']') && !text.AsSpan(colon).ContainsAny('[', ']') && (isBracketed || !host.Contains(':'));
    }

    private static void Flocker(FieldErrors errors, FieldPath path, FlockerVolumeSource flocker)
    {
        if (flocker.DatasetName.Length == 0 && flocker.DatasetUUID.Length == 0)
        {
            errors.Required(path, "one of datasetName and datasetUUID is required");
        }

        if (flocker.DatasetName.Length > 0 && flocker.DatasetUUID.Length > 0)
        {
            errors.Invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
        }

        if (flocker.DatasetName.Contains('/', StringComparison.Ordinal))
        {
            errors.Invalid(path / "datasetName", flocker.DatasetName, "must not contain '/'");
        }
    }

    private static void StorageOS(FieldErrors errors, FieldPath path, string name, string @namespace)
    {
        errors.RequiredLabel(path, "volumeName", name);
        if (@namespace.Length > 0)
        {
            errors.InvalidIf(Names.LabelProblem(@namespace), path / "volumeNamespace", @namespace);
        }
    }

    private static void Monitors(FieldErrors errors, FieldPath path, int count)
    {
        if (count == 0)
        {
            errors.Required(path / "monitors");
        }
    }

    /// <param name="name">Null where no secret is named.</param>
    /// <param name="namespace">Null where none is needed.</param>
    private static void Secret(FieldErrors errors, FieldPath path, string? name, string? @namespace = null)
    {
        if (name is "")
        {
            errors.Required(path / "secretRef" / "name");
        }

        if (@namespace is "")
        {
            errors.Required(path / "secretRef" / "namespace");
        }
    }

    private static void Required(FieldErrors errors, FieldPath path, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            errors.RequiredText(path, name, value);
        }
    }

    // RFC 3720 section 3.2.6.3, as upstream reads it. Names come from strangers: these must not go back and forth.
    [GeneratedRegex(@"iqn\.[0-9]{4}-[0-9]{2}\.[0-9A-Za-z.-]+:[^,;*&$|\t\n\f\r ]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"\Aeui.[0-9A-Za-z]{16}\z")]
    private static partial Regex ExtendedIdentifier();

    [GeneratedRegex(@"\Anaa.[0-9A-Za-z]{32}\z")]
    private static partial Regex NetworkAuthority();
}
