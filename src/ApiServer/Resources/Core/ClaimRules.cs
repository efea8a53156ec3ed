using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of a request for storage, in a claim or in the template of one.</summary>
internal static class ClaimRules
{
    private static readonly string[] Modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    private static readonly string[] VolumeModes = ["Block", "Filesystem"];

    public static void Spec(FieldErrors errors, FieldPath path, PersistentVolumeClaimSpec spec)
    {
        AccessModes(errors, path / "accessModes", spec.AccessModes);
        errors.Selector(path / "selector", spec.Selector);
        var requests = path / "resources" / "requests";
        if (!spec.Resources.Requests.TryGetValue("storage", out var storage))
        {
            errors.Required(path / "resources[storage]");
        }
        else
        {
            ResourceRules.Amounts(errors, requests, spec.Resources.Requests);
            if (storage.Value <= 0)
            {
                errors.Invalid(path / "resources[storage]", storage, "must be greater than zero");
            }
        }

        errors.Subdomain(path, "storageClassName", spec.StorageClassName);
        errors.Subdomain(path, "volumeAttributesClassName", spec.VolumeAttributesClassName);
        if (spec.VolumeMode is { } mode)
        {
            errors.OneOf(path, "volumeMode", mode, VolumeModes);
        }

        Sources(errors, path, spec);
    }

    public static void AccessModes(FieldErrors errors, FieldPath path, IReadOnlyList<string> modes)
    {
        if (modes.Count == 0)
        {
            errors.Required(path, "at least 1 access mode is required");
        }

        foreach (var mode in modes)
        {
            if (!Modes.Contains(mode))
            {
                errors.NotSupported(path, mode, Modes);
            }
        }

        if (modes.Contains(PersistentVolumeAccessMode.ReadWriteOncePod) && modes.Count > 1)
        {
            errors.Forbidden(path, "may not use ReadWriteOncePod with other access modes");
        }
    }

    private static void Sources(FieldErrors errors, FieldPath path, PersistentVolumeClaimSpec spec)
    {
        if (spec.DataSource is { } source)
        {
            Source(errors, path / "dataSource", source.APIGroup, source.Kind, source.Name);
        }

        if (spec.DataSourceRef is not { } reference)
        {
            return;
        }

        Source(errors, path / "dataSourceRef", reference.APIGroup, reference.Kind, reference.Name);
        if (!string.IsNullOrEmpty(reference.Namespace))
        {
            if (spec.DataSource is not null)
            {
                errors.Invalid(path, path.ToString(), "may not be specified when dataSourceRef.namespace is specified");
            }
        }
        else if (spec.DataSource is { } same && (same.APIGroup != reference.APIGroup || same.Kind != reference.Kind || same.Name != reference.Name))
        {
            errors.Invalid(path, path.ToString(), "must match dataSourceRef");
        }
    }

    private static void Source(FieldErrors errors, FieldPath path, string? group, string kind, string name)
    {
        errors.RequiredText(path, "name", name);
        errors.RequiredText(path, "kind", kind);
        if (string.IsNullOrEmpty(group))
        {
            if (kind != "PersistentVolumeClaim")
            {
                errors.Invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
            }
        }
        else
        {
            errors.InvalidIf(Names.SubdomainProblem(group), path / "apiGroup", group);
        }
    }
}
