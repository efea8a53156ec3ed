using Navarch.Api.ApiExtensions.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.ApiExtensions;

/// <summary>A kind that users add to the API. Its conditions and accepted names are the work of others.</summary>
public sealed class CustomResourceDefinitionResource : Resource<CustomResourceDefinition>
{
    private const string Approval = "api-approved.kubernetes.io";
    private const string ApprovalHelp = "see https://github.com/kubernetes/enhancements/pull/1111";

    public override string StoragePrefix => "/registry/apiextensions.k8s.io/customresourcedefinitions/";

    public override string StorageVersion => "v1beta1";

    public override bool HasGeneration => true;

    public override bool HasStatus => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override CustomResourceDefinition Default(CustomResourceDefinition value)
    {
        var (spec, names) = (value.Spec, value.Spec.Names);
        var storage = StorageOf(spec);
        return value with
        {
            Spec = spec with
            {
                Names = names with
                {
                    Singular = names.Singular.Length == 0 ? names.Kind.ToLowerInvariant() : names.Singular,
                    ListKind = names.ListKind.Length == 0 && names.Kind.Length > 0 ? names.Kind + "List" : names.ListKind,
                },
                Conversion = spec.Conversion is null ? new CustomResourceConversion { Strategy = ConversionStrategyType.NoneConverter } : WithPort(spec.Conversion),
            },
            Status = value.Status.StoredVersions.Count == 0 && storage is not null ? value.Status with { StoredVersions = [storage] } : value.Status,
        };
    }

    public override CustomResourceDefinition PrepareForCreate(CustomResourceDefinition value, WriteContext context) => value with
    {
        Status = CustomResourceDefinitionStatus.Empty with { StoredVersions = StorageOf(value.Spec) is { } storage ? [storage] : [] },
    };

    public override CustomResourceDefinition PrepareForUpdate(CustomResourceDefinition value, CustomResourceDefinition old, WriteContext context) => value with
    {
        Status = StorageOf(value.Spec) is { } storage && !old.Status.StoredVersions.Contains(storage)
            ? old.Status with { StoredVersions = [.. old.Status.StoredVersions, storage] }
            : old.Status,
    };

    public override CustomResourceDefinition PrepareForStatusUpdate(CustomResourceDefinition value, CustomResourceDefinition old, WriteContext context) => value with
    {
        Spec = old.Spec,
        Metadata = value.Metadata with { Labels = old.Metadata.Labels, Annotations = old.Metadata.Annotations, OwnerReferences = old.Metadata.OwnerReferences, Finalizers = old.Metadata.Finalizers },
    };

    public override bool ChangesGeneration(CustomResourceDefinition value, CustomResourceDefinition old) => value.Spec != old.Spec;

    public override void Validate(CustomResourceDefinition value, FieldErrors errors)
    {
        var spec = value.Spec;
        if (value.Metadata.Name.Length > 0 && value.Metadata.Name != $"{spec.Names.Plural}.{spec.Group}")
        {
            errors.Invalid("metadata.name", value.Metadata.Name, "must be spec.names.plural+\".\"+spec.group");
        }

        DefinitionRules.Validate(errors, FieldPath.Of("spec"), spec);
        StoredVersions(errors, value);
        if (IsProtected(spec.Group))
        {
            ApprovalOf(value, errors);
        }
    }

    public override void ValidateCreate(CustomResourceDefinition value, FieldErrors errors)
    {
        if (value.Spec.PreserveUnknownFields)
        {
            errors.Invalid("spec.preserveUnknownFields", true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
        }
    }

    public override void ValidateUpdate(CustomResourceDefinition value, CustomResourceDefinition old, FieldErrors errors)
    {
        var path = FieldPath.Of("spec");
        if (old.Status.Conditions.Any(static condition => condition is { Type: CustomResourceDefinitionConditionType.Established, Status: ConditionStatus.ConditionTrue }))
        {
            errors.Unchanged(path / "scope", value.Spec.Scope, old.Spec.Scope, static scope => scope);
            errors.Unchanged(path / "names" / "kind", value.Spec.Names.Kind, old.Spec.Names.Kind, static kind => kind);
        }

        errors.Unchanged(path / "group", value.Spec.Group, old.Spec.Group, static group => group);
        errors.Unchanged(path / "names" / "plural", value.Spec.Names.Plural, old.Spec.Names.Plural, static plural => plural);
        if (value.Spec.PreserveUnknownFields && !old.Spec.PreserveUnknownFields)
        {
            ValidateCreate(value, errors);
        }
    }

    public override void ValidateStatusUpdate(CustomResourceDefinition value, CustomResourceDefinition old, FieldErrors errors) => StoredVersions(errors, value);

    private static string? StorageOf(CustomResourceDefinitionSpec spec) => spec.Versions.FirstOrDefault(static version => version.Storage)?.Name;

    private static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    private static CustomResourceConversion WithPort(CustomResourceConversion conversion) => conversion.Webhook is { ClientConfig: { Service: { Port: null } service } client } webhook
        ? conversion with { Webhook = webhook with { ClientConfig = client with { Service = service with { Port = 443 } } } }
        : conversion;

    private static void ApprovalOf(CustomResourceDefinition value, FieldErrors errors)
    {
        var path = (FieldPath.Of("metadata") / "annotations")[Approval];
        if (!value.Metadata.Annotations.TryGetValue(Approval, out var approval))
        {
            errors.Required(path, $"protected groups must have approval annotation \"{Approval}\", {ApprovalHelp}");
        }
        else if (!approval.StartsWith("unapproved", StringComparison.Ordinal) && !(Uri.TryCreate(approval, UriKind.Absolute, out var url) && url.Host.Length > 0))
        {
            errors.Invalid(path, approval, $"protected groups must have approval annotation \"{Approval}\" with either a URL or a reason starting with \"unapproved\", {ApprovalHelp}");
        }
    }

    private static void StoredVersions(FieldErrors errors, CustomResourceDefinition value)
    {
        var (path, stored) = (FieldPath.Of("status") / "storedVersions", value.Status.StoredVersions);
        if (stored.Count == 0)
        {
            errors.Invalid(path, RawValue.Of(stored), "must have at least one stored version");
            return;
        }

        for (var i = 0; i < stored.Count; i++)
        {
            if (!value.Spec.Versions.Any(version => version.Name == stored[i]))
            {
                errors.Invalid(path[i], stored[i], "missing from spec.versions; " + stored[i] + " was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in " + stored[i] + " and removes " + stored[i] + " from status.storedVersions");
            }
        }

        if (StorageOf(value.Spec) is { } storage && !stored.Contains(storage))
        {
            errors.Invalid(path, RawValue.Of(stored), "must have the storage version " + storage);
        }
    }
}
