using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>Where a service account says so by an annotation, its pods refer to the secrets that the account lists and to no others.</summary>
internal static class MountableSecrets
{
    private const string Annotation = "kubernetes.io/enforce-mountable-secrets";

    /// <summary>The first reference that the account does not allow, in upstream's words; null where there is none.</summary>
    public static string? FindProblem(ServiceAccount account, PodSpec spec)
    {
        if (account.Metadata.Annotations.Find(Annotation) is not ("1" or "t" or "T" or "true" or "TRUE" or "True"))
        {
            return null;
        }

        var listed = account.Secrets.Select(static secret => secret.Name).ToHashSet(StringComparer.Ordinal);
        return References(spec).Where(one => !listed.Contains(one.Secret))
            .Select(one => $"{one.Where} secret.secretName=\"{one.Secret}\" is not allowed because service account {account.Metadata.Name} does not reference that secret")
            .FirstOrDefault() ?? PullProblem(account, spec);
    }

    private static string? PullProblem(ServiceAccount account, PodSpec spec)
    {
        var listed = account.ImagePullSecrets.Select(static secret => secret.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < spec.ImagePullSecrets.Count; i++)
        {
            if (!listed.Contains(spec.ImagePullSecrets[i].Name))
            {
                return $"imagePullSecrets[{i}].name=\"{spec.ImagePullSecrets[i].Name}\" is not allowed because service account {account.Metadata.Name} does not reference that imagePullSecret";
            }
        }

        return null;
    }

    private static IEnumerable<(string Where, string Secret)> References(PodSpec spec)
    {
        // A projected volume shows a secret as well as one of its own does.
        var volumes = spec.Volumes.SelectMany(static volume => (volume.Projected?.Sources ?? []).Select(static source => source.Secret?.Name).Prepend(volume.Secret?.SecretName));
        return volumes.OfType<string>().Select(static name => ("volume with", name))
            .Concat(spec.InitContainers.SelectMany(static container => Of("init container", container.Name, container.Env, container.EnvFrom)))
            .Concat(spec.Containers.SelectMany(static container => Of("container", container.Name, container.Env, container.EnvFrom)))
            .Concat(spec.EphemeralContainers.SelectMany(static container => Of("ephemeral container", container.Name, container.Env, container.EnvFrom)));
    }

    private static IEnumerable<(string Where, string Secret)> Of(string what, string container, IReadOnlyList<EnvVar> variables, IReadOnlyList<EnvFromSource> sources)
    {
        foreach (var variable in variables)
        {
            if (variable.ValueFrom?.SecretKeyRef is { } reference)
            {
                yield return ($"{what} {container} with envVar {variable.Name} referencing", reference.Name);
            }
        }

        foreach (var source in sources)
        {
            if (source.SecretRef is { } reference)
            {
                yield return ($"{what} {container} with envFrom referencing", reference.Name);
            }
        }
    }
}
