using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of the volumes of a pod.</summary>
internal sealed class VolumeValidation(FieldErrors errors, PodSpec spec, string podName)
{
    private static readonly string[] HostPathTypes = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
    private static readonly string[] PullPolicies = [PullPolicy.PullAlways, PullPolicy.PullIfNotPresent, PullPolicy.PullNever];
    private static readonly string[] KeyTypes = ["ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "RSA3072", "RSA4096"];
    private static readonly string[] VolumeFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
    private static readonly string[] VolumeResources =
        ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    public void All(FieldPath path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Volumes.Count; i++)
        {
            var (at, volume) = (path[i], spec.Volumes[i]);
            errors.RequiredLabel(at, "name", volume.Name);
            if (volume.Name.Length > 0 && !names.Add(volume.Name))
            {
                errors.Duplicate(at / "name", volume.Name);
            }

            var sources = VolumeSources.Set(volume);
            if (sources.Count == 0)
            {
                errors.Required(at, "must specify a volume type");
            }

            foreach (var extra in sources.Skip(1))
            {
                errors.Forbidden(at / extra, "may not specify more than 1 volume type");
            }

            if (sources.Count > 0)
            {
                Source(at / sources[0], volume);
            }
        }

        OwnClaims(path);
    }

    /// <summary>The claim that is made for an ephemeral volume is not for another volume to name.</summary>
    private void OwnClaims(FieldPath path)
    {
        if (podName.Length == 0 || spec.Volumes.All(static volume => volume.Ephemeral is null))
        {
            return;
        }

        var own = spec.Volumes.Where(static volume => volume.Ephemeral is not null).Select(volume => $"{podName}-{volume.Name}").ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < spec.Volumes.Count; i++)
        {
            if (spec.Volumes[i].PersistentVolumeClaim is { } claim && own.Contains(claim.ClaimName))
            {
                errors.Invalid(path[i] / "persistentVolumeClaim" / "claimName", claim.ClaimName, "must not reference a PVC that gets created for an ephemeral volume");
            }
        }
    }

    private void Source(FieldPath path, Volume volume)
    {
        switch (volume)
        {
            case { HostPath: { } host }:
                HostPath(errors, path, host);
                break;
            case { EmptyDir: { } empty }:
                if (empty.SizeLimit is { Value: < 0 } limit)
                {
                    errors.Forbidden(path / "sizeLimit", $"SizeLimit field must be a valid resource quantity: {limit}");
                }

                break;
            case { Secret: { } secret }:
                errors.RequiredText(path, "secretName", secret.SecretName);
                Mode(path / "defaultMode", secret.DefaultMode);
                Items(path / "items", secret.Items);
                break;
            case { ConfigMap: { } configMap }:
                errors.RequiredText(path, "name", configMap.Name);
                Mode(path / "defaultMode", configMap.DefaultMode);
                Items(path / "items", configMap.Items);
                break;
            case { DownwardAPI: { } downward }:
                Mode(path / "defaultMode", downward.DefaultMode);
                Files(path / "items", downward.Items);
                break;
            case { Projected: { } projected }:
                Mode(path / "defaultMode", projected.DefaultMode);
                Projected(path / "sources", projected);
                break;
            case { PersistentVolumeClaim: { } claim }:
                errors.RequiredText(path, "claimName", claim.ClaimName);
                break;
            case { Ephemeral: { } ephemeral }:
                Ephemeral(path, ephemeral, volume.Name);
                break;
            case { Image: { } image }:
                if (podName.Length > 0)
                {
                    errors.RequiredText(path, "reference", image.Reference); // In a template something may fill it in later.
                }

                errors.OneOf(path, "pullPolicy", image.PullPolicy, PullPolicies);
                break;
            case { CSI: { } csi }:
                Driver(errors, path / "driver", csi.Driver);
                if (csi.NodePublishSecretRef is { } reference)
                {
                    errors.RequiredSubdomain(path / "nodePublishSecretRef", "name", reference.Name);
                }

                break;
            case { GitRepo: { } git }:
                errors.RequiredText(path, "repository", git.Repository);
                PathRules.Relative(errors, path / "directory", git.Directory);
                break;
            default:
                RemoteSource(path, volume);
                break;
        }
    }

    private void RemoteSource(FieldPath path, Volume volume)
    {
        switch (volume)
        {
            case { NFS: { } nfs }:
                Nfs(errors, path, nfs);
                break;
            case { ISCSI: { } iscsi }:
                Iscsi(errors, path, iscsi.TargetPortal, iscsi.IQN, iscsi.Lun);
                if ((iscsi.DiscoveryCHAPAuth || iscsi.SessionCHAPAuth) && iscsi.SecretRef is null)
                {
                    errors.Required(path / "secretRef");
                }

                break;
            case { FC: { } fc }:
                FibreChannel(errors, path, fc);
                break;
            case { Glusterfs: { } gluster }:
                Required(path, ("endpoints", gluster.EndpointsName), ("path", gluster.Path));
                break;
            case { RBD: { } rbd }:
                Monitors(path, rbd.CephMonitors.Count);
                Required(path, ("image", rbd.RBDImage));
                break;
            case { CephFS: { } ceph }:
                Monitors(path, ceph.Monitors.Count);
                break;
            case { Cinder: { } cinder }:
                Required(path, ("volumeID", cinder.VolumeID));
                break;
            case { FlexVolume: { } flex }:
                Required(path, ("driver", flex.Driver));
                break;
            case { AzureFile: { } file }:
                Required(path, ("secretName", file.SecretName), ("shareName", file.ShareName));
                break;
            case { AzureDisk: { } disk }:
                Required(path, ("diskName", disk.DiskName), ("diskURI", disk.DataDiskURI));
                break;
            case { VsphereVolume: { } vsphere }:
                Required(path, ("volumePath", vsphere.VolumePath));
                break;
            case { PhotonPersistentDisk: { } photon }:
                Required(path, ("pdID", photon.PdID));
                break;
            case { PortworxVolume: { } portworx }:
                Required(path, ("volumeID", portworx.VolumeID));
                break;
            case { Quobyte: { } quobyte }:
                Required(path, ("registry", quobyte.Registry), ("volume", quobyte.Volume));
                break;
            case { ScaleIO: { } scaleIO }:
                Required(path, ("gateway", scaleIO.Gateway), ("system", scaleIO.System), ("volumeName", scaleIO.VolumeName));
                break;
            case { StorageOS: { } storageOS }:
                errors.RequiredLabel(path, "volumeName", storageOS.VolumeName);
                break;
            case { GCEPersistentDisk: { } disk }:
                Required(path, ("pdName", disk.PDName));
                errors.Between(path, "partition", disk.Partition, 0, 255);
                break;
            case { AWSElasticBlockStore: { } disk }:
                Required(path, ("volumeID", disk.VolumeID));
                errors.Between(path, "partition", disk.Partition, 0, 255);
                break;
            case { Flocker: { } flocker }:
                if (flocker.DatasetName.Length == 0 && flocker.DatasetUUID.Length == 0)
                {
                    errors.Required(path, "one of datasetName and datasetUUID is required");
                }
                else if (flocker.DatasetName.Length > 0 && flocker.DatasetUUID.Length > 0)
                {
                    errors.Invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
                }

                break;
            default:
                break;
        }
    }

    internal static void HostPath(FieldErrors errors, FieldPath path, HostPathVolumeSource host)
    {
        if (host.Path.Length == 0)
        {
            errors.Required(path / "path");
            return;
        }

        PathRules.NoBacksteps(errors, path / "path", host.Path);
        errors.OneOf(path, "type", host.Type ?? "", HostPathTypes);
    }

    internal static void Nfs(FieldErrors errors, FieldPath path, NFSVolumeSource nfs)
    {
        errors.RequiredText(path, "server", nfs.Server);
        errors.RequiredText(path, "path", nfs.Path);
        if (nfs.Path.Length > 0 && nfs.Path[0] != '/')
        {
            errors.Invalid(path / "path", nfs.Path, "must be an absolute path");
        }
    }

    internal static void Iscsi(FieldErrors errors, FieldPath path, string portal, string iqn, int lun)
    {
        errors.RequiredText(path, "targetPortal", portal);
        if (iqn.Length == 0)
        {
            errors.Required(path / "iqn");
        }
        else if (!iqn.StartsWith("iqn", StringComparison.Ordinal) && !iqn.StartsWith("eui", StringComparison.Ordinal) && !iqn.StartsWith("naa", StringComparison.Ordinal))
        {
            errors.Invalid(path / "iqn", iqn, "must be valid format starting with iqn, eui, or naa");
        }

        errors.Between(path, "lun", lun, 0, 255);
    }

    internal static void FibreChannel(FieldErrors errors, FieldPath path, FCVolumeSource fc)
    {
        if (fc.TargetWWNs.Count == 0 && fc.WWIDs.Count == 0)
        {
            errors.Required(path / "targetWWNs", "must specify either targetWWNs or wwids, but not both");
        }
        else if (fc.TargetWWNs.Count > 0 && fc.WWIDs.Count > 0)
        {
            errors.Invalid(path / "targetWWNs", RawValue.Of(fc.TargetWWNs), "targetWWNs and wwids can not be specified simultaneously");
        }
        else if (fc.TargetWWNs.Count > 0)
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

    /// <summary>The name of a CSI driver.</summary>
    internal static void Driver(FieldErrors errors, FieldPath path, string driver)
    {
        if (driver.Length == 0)
        {
            errors.Required(path);
        }
        else if (driver.Length > 63)
        {
            errors.TooLong(path, 63);
        }
        else
        {
            errors.InvalidIf(Names.SubdomainProblem(driver.ToLowerInvariant()), path, driver);
        }
    }

    private void Required(FieldPath path, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            errors.RequiredText(path, name, value);
        }
    }

    private void Monitors(FieldPath path, int count)
    {
        if (count == 0)
        {
            errors.Required(path / "monitors");
        }
    }

    private void Ephemeral(FieldPath path, EphemeralVolumeSource ephemeral, string volumeName)
    {
        if (ephemeral.VolumeClaimTemplate is not { } template)
        {
            errors.Required(path / "volumeClaimTemplate");
            return;
        }

        errors.TemplateMetadata(path / "volumeClaimTemplate" / "metadata", template.Metadata);
        ClaimRules.Spec(errors, path / "volumeClaimTemplate" / "spec", template.Spec);
        if (podName.Length > 0 && Names.SubdomainProblem($"{podName}-{volumeName}") is { } problem)
        {
            errors.Invalid(path, volumeName, $"PVC name \"{podName}-{volumeName}\": {problem}");
        }
    }

    private void Mode(FieldPath path, int? mode)
    {
        if (mode is < 0 or > 511)
        {
            errors.Invalid(path, mode.Value, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }

    private void Items(FieldPath path, IReadOnlyList<KeyToPath> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            errors.RequiredText(path[i], "key", items[i].Key);
            FilePath(path[i] / "path", items[i].Path);
            Mode(path[i] / "mode", items[i].Mode);
        }
    }

    private void FilePath(FieldPath path, string value)
    {
        if (value.Length == 0)
        {
            errors.Required(path);
        }
        else
        {
            PathRules.RelativeFree(errors, path, value);
        }
    }

    private void Files(FieldPath path, IReadOnlyList<DownwardAPIVolumeFile> files)
    {
        for (var i = 0; i < files.Count; i++)
        {
            var (at, file) = (path[i], files[i]);
            FilePath(at / "path", file.Path);
            switch (file)
            {
                case { FieldRef: not null, ResourceFieldRef: not null }:
                    errors.Invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
                    break;
                case { FieldRef: { } field }:
                    DownwardRules.Field(errors, at / "fieldRef", field, VolumeFields);
                    break;
                case { ResourceFieldRef: { } resource }:
                    DownwardRules.Resource(errors, at / "resourceFieldRef", resource, VolumeResources, inVolume: true);
                    break;
                default:
                    errors.Required(at, "one of fieldRef and resourceFieldRef is required");
                    break;
            }

            Mode(at / "mode", file.Mode);
        }
    }

    private void Projected(FieldPath path, ProjectedVolumeSource projected)
    {
        var targets = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < projected.Sources.Count; i++)
        {
            var (at, source) = (path[i], projected.Sources[i]);
            object?[] members = [source.Secret, source.ConfigMap, source.DownwardAPI, source.ServiceAccountToken, source.ClusterTrustBundle, source.PodCertificate];
            if (members.Count(member => member is not null) > 1)
            {
                errors.Forbidden(at, "may not specify more than 1 volume type");
                continue;
            }

            foreach (var target in Projection(at, source))
            {
                if (target.Length > 0 && !targets.Add(target))
                {
                    errors.Invalid(at, RawValue.Of(source), $"conflicting duplicate paths: {target}");
                }
            }
        }
    }

    /// <summary>Checks one source and returns the paths it writes to.</summary>
    private IEnumerable<string> Projection(FieldPath path, VolumeProjection source)
    {
        switch (source)
        {
            case { Secret: { } secret }:
                errors.RequiredText(path / "secret", "name", secret.Name);
                Items(path / "secret" / "items", secret.Items);
                return secret.Items.Select(item => item.Path);
            case { ConfigMap: { } configMap }:
                errors.RequiredText(path / "configMap", "name", configMap.Name);
                Items(path / "configMap" / "items", configMap.Items);
                return configMap.Items.Select(item => item.Path);
            case { DownwardAPI: { } downward }:
                Files(path / "downwardAPI" / "items", downward.Items);
                return downward.Items.Select(item => item.Path);
            case { ServiceAccountToken: { } token }:
                Token(path / "serviceAccountToken", token);
                return [token.Path];
            case { ClusterTrustBundle: { } bundle }:
                TrustBundle(path / "clusterTrustBundle", bundle);
                return [bundle.Path];
            case { PodCertificate: { } certificate }:
                Certificate(path / "podCertificate", certificate);
                return [certificate.CredentialBundlePath, certificate.KeyPath, certificate.CertificateChainPath];
            default:
                return [];
        }
    }

    private void Token(FieldPath path, ServiceAccountTokenProjection token)
    {
        if (token.ExpirationSeconds is { } seconds)
        {
            if (seconds < 600)
            {
                errors.Invalid(path / "expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
            }

            if (seconds > 1L << 32)
            {
                errors.Invalid(path / "expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
            }
        }

        FilePath(path / "path", token.Path);
    }

    private void TrustBundle(FieldPath path, ClusterTrustBundleProjection bundle)
    {
        if ((bundle.Name is null) == (bundle.SignerName is null))
        {
            errors.Required(path, "one of name and signerName is required, not both");
        }

        if (bundle.LabelSelector is { } selector)
        {
            errors.Selector(path / "labelSelector", selector);
            if (bundle.SignerName is null)
            {
                errors.Invalid(path / "labelSelector", RawValue.Of(selector), "only signerName-based volumes may use label selectors");
            }
        }

        FilePath(path / "path", bundle.Path);
    }

    private void Certificate(FieldPath path, PodCertificateProjection certificate)
    {
        errors.RequiredText(path, "signerName", certificate.SignerName);
        errors.OneOf(path, "keyType", certificate.KeyType, KeyTypes);
        if (certificate.MaxExpirationSeconds is { } seconds)
        {
            errors.Between(path, "maxExpirationSeconds", seconds, 3600, certificate.SignerName.StartsWith("kubernetes.io/", StringComparison.Ordinal) ? 86400 : 7862400);
        }

        string[] paths = [certificate.CredentialBundlePath, certificate.KeyPath, certificate.CertificateChainPath];
        if (paths.All(one => one.Length == 0))
        {
            errors.Required(path, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath");
        }

        foreach (var (name, value) in new[] { "credentialBundlePath", "keyPath", "certificateChainPath" }.Zip(paths))
        {
            if (value.Length > 0)
            {
                PathRules.RelativeFree(errors, path / name, value);
            }
        }
    }
}
