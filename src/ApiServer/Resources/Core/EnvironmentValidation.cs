using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of a container's environment.</summary>
/// <param name="volumes">Those of the pod, by name.</param>
internal sealed class EnvironmentValidation(FieldErrors errors, Lazy<Dictionary<string, Volume>> volumes)
{
    private static readonly string[] RequestNames =
    [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory",
    ];

    private static readonly string[] EnvironmentFields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    public void Variables(FieldPath path, IReadOnlyList<EnvVar> variables)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            var (at, variable) = (path[i], variables[i]);
            if (variable.Name.Length == 0)
            {
                errors.Required(at / "name");
            }
            else
            {
                errors.InvalidIf(NameProblem(variable.Name), at / "name", variable.Name);
            }

            if (variable.ValueFrom is { } source)
            {
                Source(at / "valueFrom", source, variable.Value);
            }
        }
    }

    private void Source(FieldPath path, EnvVarSource source, string value)
    {
        var count = 0;
        if (source.FieldRef is { } field)
        {
            count++;
            DownwardRules.Field(errors, path / "fieldRef", field, EnvironmentFields);
        }

        if (source.ResourceFieldRef is { } resource)
        {
            count++;
            DownwardRules.Resource(errors, path / "resourceFieldRef", resource, RequestNames, inVolume: false);
        }

        if (source.ConfigMapKeyRef is { } configMap)
        {
            count++;
            Key(path / "configMapKeyRef", configMap.Name, configMap.Key);
        }

        if (source.SecretKeyRef is { } secret)
        {
            count++;
            Key(path / "secretKeyRef", secret.Name, secret.Key);
        }

        if (source.FileKeyRef is { } file)
        {
            count++;
            File(path / "fileKeyRef", file);
        }

        if (count == 0)
        {
            errors.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        }
        else if (value.Length > 0)
        {
            errors.Invalid(path, "", "may not be specified when `value` is not empty");
        }
        else if (count > 1)
        {
            errors.Invalid(path, "", "may not have more than one field specified at a time");
        }
    }

    private void Key(FieldPath path, string name, string key)
    {
        errors.Subdomain(path, "name", name);
        if (key.Length == 0)
        {
            errors.Required(path / "key");
        }
        else
        {
            errors.ConfigKey(path / "key", key);
        }
    }

    private void File(FieldPath path, FileKeySelector file)
    {
        if (file.Key.Length == 0)
        {
            errors.Required(path / "key");
        }
        else
        {
            errors.InvalidIf(NameProblem(file.Key), path / "key", file.Key);
        }

        errors.RequiredLabel(path, "volumeName", file.VolumeName);
        if (file.VolumeName.Length > 0 && volumes.Value.GetValueOrDefault(file.VolumeName) is not { EmptyDir: not null })
        {
            errors.NotFound(path / "volumeName", file.VolumeName);
        }

        if (file.Path.Length == 0)
        {
            errors.Required(path / "path");
        }
        else
        {
            PathRules.Relative(errors, path / "path", file.Path);
        }
    }

    public void Sources(FieldPath path, IReadOnlyList<EnvFromSource> sources)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            var (at, source) = (path[i], sources[i]);
            if (source.Prefix.Length > 0)
            {
                errors.InvalidIf(NameProblem(source.Prefix), at / "prefix", source.Prefix);
            }

            if (source.ConfigMapRef is { } configMap)
            {
                errors.RequiredSubdomain(at / "configMapRef", "name", configMap.Name);
            }

            if (source.SecretRef is { } secret)
            {
                errors.RequiredSubdomain(at / "secretRef", "name", secret.Name);
            }

            if (source.ConfigMapRef is null && source.SecretRef is null)
            {
                errors.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
            }
            else if (source.ConfigMapRef is not null && source.SecretRef is not null)
            {
                errors.Invalid(path, "", "may not have more than one field specified at a time");
            }
        }
    }

    private static string? NameProblem(string name) =>
        name.Any(c => c is < ' ' or > '~' or '=')
            ? "a valid environment variable name must consist only of printable ASCII characters other than '='"
            : null;
}
