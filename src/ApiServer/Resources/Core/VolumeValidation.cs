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
                Files(path, downward.Items);
                break;
            case { Projected: { } projected }:
                Mode(path / "defaultMode", projected.DefaultMode);
                Projected(path, projected);
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
                    errors.RequiredText(path / "nodePublishSecretRef", "name", reference.Name);
                    errors.Subdomain(path, "name", reference.Name.Length == 0 ? null : reference.Name); // The path is upstream's.
                }

                break;
            case { GitRepo: { } git }:
                errors.RequiredText(path, "repository", git.Repository);
                PathRules.Relative(errors, path / "directory", git.Directory);
                break;
            default:
                RemoteVolumes.Validate(errors, path, volume);
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

    // Upstream does not say which of the files is wrong.
    private void Files(FieldPath at, IReadOnlyList<DownwardAPIVolumeFile> files)
    {
        foreach (var file in files)
        {
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
            var (at, source) = ((path / "sources")[i], projected.Sources[i]);
            object?[] members = [source.Secret, source.ConfigMap, source.DownwardAPI, source.ServiceAccountToken, source.ClusterTrustBundle, source.PodCertificate];
            foreach (var (target, shown) in Projection(path, at, source))
            {
                if (target.Length > 0 && !targets.Add(target))
                {
                    errors.Invalid(path, shown, "conflicting duplicate paths");
                }
            }

            if (members.Count(static member => member is not null) > 1)
            {
                errors.Forbidden(at, "may not specify more than 1 volume type per source");
            }
        }
    }

    /// <summary>Checks one source and returns the paths it writes to, each with what names it in an error.</summary>
    private List<(string Path, string Shown)> Projection(FieldPath volume, FieldPath path, VolumeProjection source)
    {
        var targets = new List<(string Path, string Shown)>();
        if (source.Secret is { } secret)
        {
            errors.RequiredText(path / "secret", "name", secret.Name);
            Items(path / "secret" / "items", secret.Items);
            targets.AddRange(secret.Items.Select(item => (item.Path, secret.Name)));
        }

        if (source.ConfigMap is { } configMap)
        {
            errors.RequiredText(path / "configMap", "name", configMap.Name);
            Items(path / "configMap" / "items", configMap.Items);
            targets.AddRange(configMap.Items.Select(item => (item.Path, configMap.Name)));
        }

        if (source.DownwardAPI is { } downward)
        {
            Files(path / "downwardAPI", downward.Items);
            targets.AddRange(downward.Items.Select(static item => (item.Path, item.Path)));
        }

        if (source.ServiceAccountToken is { } token)
        {
            Token(volume, path / "serviceAccountToken", token);
        }

        if (source.ClusterTrustBundle is { } bundle)
        {
            TrustBundle(path / "clusterTrustBundle", bundle);
            targets.Add((bundle.Path, bundle.Path));
        }

        if (source.PodCertificate is { } certificate)
        {
            Certificate(path / "podCertificate", certificate);
            targets.AddRange(((string[])[certificate.CredentialBundlePath, certificate.KeyPath, certificate.CertificateChainPath]).Select(static target => (target, target)));
        }

        return targets;
    }

    // A wrong path is told as one of the volume.
    private void Token(FieldPath volume, FieldPath path, ServiceAccountTokenProjection token)
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

        FilePath(volume / "path", token.Path);
    }

    private void TrustBundle(FieldPath path, ClusterTrustBundleProjection bundle)
    {
        switch (bundle)
        {
            case { Name: not null, SignerName: not null }:
                errors.Invalid(path, RawValue.Of(bundle), "only one of name and signerName may be used");
                break;
            case { Name: { } name }:
                if (name.Length == 0)
                {
                    errors.Required(path / "name", "must be a valid object name");
                }

                if (bundle.LabelSelector is { } useless)
                {
                    errors.Invalid(path / "labelSelector", RawValue.Of(useless), "labelSelector must be unset if name is specified");
                }

                break;
            case { SignerName: { } signer }:
                if (signer.Length == 0)
                {
                    errors.Required(path / "signerName", "must be a valid signer name");
                }

                Certificates.SignerNames.Validate(errors, path / "signerName", signer);
                errors.Selector(path / "labelSelector", bundle.LabelSelector);
                break;
            default:
                errors.Required(path, "either name or signerName must be specified");
                break;
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
