using Navarch.Api.Core.V1;
using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Storage;

/// <summary>A kind of storage that volumes can be made of.</summary>
public sealed class StorageClassResource : Resource<StorageClass>
{
    private const string DefaultAnnotation = "storageclass.kubernetes.io/is-default-class";
    private const string BetaDefaultAnnotation = "storageclass.beta.kubernetes.io/is-default-class";

    public override IReadOnlyList<Column<StorageClass>> Columns { get; } =
    [
        new("Name", "string", static (value, _) => IsDefault(value) ? value.Metadata.Name + " (default)" : value.Metadata.Name) { Format = "name" },
        Columns<StorageClass>.Text("Provisioner", static value => value.Provisioner),
        Columns<StorageClass>.Text("ReclaimPolicy", static value => value.ReclaimPolicy ?? "Delete"),
        Columns<StorageClass>.Text("VolumeBindingMode", static value => value.VolumeBindingMode ?? "Immediate"),
        new("AllowVolumeExpansion", "string", static (value, _) => value.AllowVolumeExpansion ?? false),
        Columns<StorageClass>.Age,
    ];

    public override StorageClass Default(StorageClass value) => value with
    {
        ReclaimPolicy = value.ReclaimPolicy ?? PersistentVolumeReclaimPolicy.PersistentVolumeReclaimDelete,
        VolumeBindingMode = value.VolumeBindingMode ?? VolumeBindingMode.VolumeBindingImmediate,
    };

    public override void Validate(StorageClass value, FieldErrors errors)
    {
        StorageRules.DriverName(errors, FieldPath.Of("provisioner"), value.Provisioner);
        StorageRules.Parameters(errors, FieldPath.Of("parameters"), value.Parameters, isRequired: false);
        if (value.ReclaimPolicy is { } policy && policy is not ("Delete" or "Retain"))
        {
            errors.NotSupported("reclaimPolicy", policy, ["Delete", "Retain"]);
        }

        if (value.VolumeBindingMode is not ("Immediate" or "WaitForFirstConsumer"))
        {
            errors.NotSupported("volumeBindingMode", value.VolumeBindingMode ?? "", ["Immediate", "WaitForFirstConsumer"]);
        }

        var isRepeated = Repeats.Of(value.AllowedTopologies);
        for (var i = 0; i < value.AllowedTopologies.Count; i++)
        {
            var path = FieldPath.Of("allowedTopologies")[i];
            if (isRepeated[i])
            {
                errors.Duplicate(path / "matchLabelExpressions", "");
            }

            Term(errors, path / "matchLabelExpressions", value.AllowedTopologies[i]);
        }
    }

    public override void ValidateUpdate(StorageClass value, StorageClass old, FieldErrors errors)
    {
        if (!value.Parameters.Equals(old.Parameters))
        {
            errors.Forbidden("parameters", "updates to parameters are forbidden.");
        }

        if (value.Provisioner != old.Provisioner)
        {
            errors.Forbidden("provisioner", "updates to provisioner are forbidden.");
        }

        if (value.ReclaimPolicy != old.ReclaimPolicy)
        {
            errors.Forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.");
        }

        errors.Unchanged(FieldPath.Of("volumeBindingMode"), value.VolumeBindingMode, old.VolumeBindingMode, static mode => mode);
    }

    public override IEnumerable<string> Warnings(StorageClass value) => value.AllowedTopologies.SelectMany((term, i) =>
        term.MatchLabelExpressions.SelectMany((expression, j) => DeprecatedLabels.OfKey(expression.Key, $"allowedTopologies[{i}].matchLabelExpressions[{j}].key")));

    private static void Term(FieldErrors errors, FieldPath path, TopologySelectorTerm term)
    {
        var isRepeated = Repeats.Of(term.MatchLabelExpressions, static item => item.Key);
        for (var i = 0; i < term.MatchLabelExpressions.Count; i++)
        {
            var (at, expression) = (path[i], term.MatchLabelExpressions[i]);
            errors.QualifiedName(at / "key", expression.Key);
            if (isRepeated[i])
            {
                errors.Duplicate(at / "key", expression.Key);
            }

            if (expression.Values.Count == 0)
            {
                errors.Required(at / "values");
            }

            var isDoubled = Repeats.Of(expression.Values);
            for (var v = 0; v < expression.Values.Count; v++)
            {
                if (isDoubled[v])
                {
                    errors.Duplicate((at / "values")[v], expression.Values[v]);
                }
            }
        }
    }

    private static bool IsDefault(StorageClass value) =>
        value.Metadata.Annotations.Find(DefaultAnnotation) == "true" || value.Metadata.Annotations.Find(BetaDefaultAnnotation) == "true";
}
