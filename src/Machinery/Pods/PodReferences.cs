using Navarch.Api.Core.V1;

namespace Navarch.Machinery.Pods;

/// <summary>What a pod needs of the API to be run.</summary>
public enum Needed : byte
{
    Secret,
    ConfigMap,
    Claim,
    Account,
    ResourceClaim,
}

/// <summary>Lists what a pod refers to. All of it is in the pod's namespace.</summary>
public static class PodReferences
{
    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    /// <summary>Each thing once.</summary>
    public static HashSet<(Needed What, string Name)> Of(Pod pod)
    {
        var found = new HashSet<(Needed, string)>();
        var spec = pod.Spec;
        Add(Needed.Account, spec.ServiceAccountName);
        foreach (var secret in spec.ImagePullSecrets)
        {
            Add(Needed.Secret, secret.Name);
        }

        foreach (var container in spec.InitContainers.Concat(spec.Containers))
        {
            Environment(container.EnvFrom, container.Env);
        }

        foreach (var container in spec.EphemeralContainers)
        {
            Environment(container.EnvFrom, container.Env);
        }

        foreach (var volume in spec.Volumes)
        {
            Volume(pod, volume);
        }

        foreach (var claim in spec.ResourceClaims)
        {
            Add(Needed.ResourceClaim, claim.ResourceClaimName);
        }

        foreach (var claim in pod.Status.ResourceClaimStatuses)
        {
            Add(Needed.ResourceClaim, claim.ResourceClaimName);
        }

        Add(Needed.ResourceClaim, pod.Status.ExtendedResourceClaimStatus?.ResourceClaimName);
        return found;

        void Add(Needed what, string? name)
        {
            if (!string.IsNullOrEmpty(name))
            {
                found.Add((what, name));
            }
        }

        void Environment(IEnumerable<EnvFromSource> sources, IEnumerable<EnvVar> variables)
        {
            foreach (var source in sources)
            {
                Add(Needed.Secret, source.SecretRef?.Name);
                Add(Needed.ConfigMap, source.ConfigMapRef?.Name);
            }

            foreach (var variable in variables)
            {
                Add(Needed.Secret, variable.ValueFrom?.SecretKeyRef?.Name);
                Add(Needed.ConfigMap, variable.ValueFrom?.ConfigMapKeyRef?.Name);
            }
        }

        void Volume(Pod owner, Volume volume)
        {
            Add(Needed.Secret, volume.Secret?.SecretName);
            Add(Needed.ConfigMap, volume.ConfigMap?.Name);
            Add(Needed.Claim, volume.PersistentVolumeClaim?.ClaimName);
            Add(Needed.Claim, volume.Ephemeral is null ? null : $"{owner.Metadata.Name}-{volume.Name}");
            Add(Needed.Secret, volume.AzureFile?.SecretName);
            Add(Needed.Secret, volume.CephFS?.SecretRef?.Name);
            Add(Needed.Secret, volume.Cinder?.SecretRef?.Name);
            Add(Needed.Secret, volume.FlexVolume?.SecretRef?.Name);
            Add(Needed.Secret, volume.RBD?.SecretRef?.Name);
            Add(Needed.Secret, volume.ScaleIO?.SecretRef?.Name);
            Add(Needed.Secret, volume.ISCSI?.SecretRef?.Name);
            Add(Needed.Secret, volume.StorageOS?.SecretRef?.Name);
            Add(Needed.Secret, volume.CSI?.NodePublishSecretRef?.Name);
            foreach (var source in volume.Projected?.Sources ?? [])
            {
                Add(Needed.Secret, source.Secret?.Name);
                Add(Needed.ConfigMap, source.ConfigMap?.Name);
            }
        }
    }
}
