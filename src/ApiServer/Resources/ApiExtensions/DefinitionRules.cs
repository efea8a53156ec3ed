using Navarch.Api.ApiExtensions.V1;
using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.ApiExtensions;

/// <summary>Names, versions and conversion of a custom kind.</summary>
/// <remarks>What is the same in all versions is spoken of as a field of the spec, as it was before there were versions.</remarks>
internal static class DefinitionRules
{
    private const int WarningMax = 256;
    private const int SelectableFieldsMax = 8;

    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    public static void Validate(FieldErrors errors, FieldPath path, CustomResourceDefinitionSpec spec)
    {
        if (spec.Group.Length == 0)
        {
            errors.Required(path / "group");
        }
        else if (Resources.Names.SubdomainProblem(spec.Group) is { } problem)
        {
            errors.Invalid(path / "group", spec.Group, problem);
        }
        else if (!spec.Group.Contains('.'))
        {
            errors.Invalid(path / "group", spec.Group, "should be a domain with at least one dot");
        }

        errors.RequiredOneOf(path, "scope", spec.Scope, [ResourceScope.ClusterScoped, ResourceScope.NamespaceScoped]);
        Versions(errors, path, spec.Versions);
        Names(errors, path / "names", spec.Names);
        if (spec.Conversion is { } conversion)
        {
            Conversion(errors, path / "conversion", conversion);
        }
    }

    private static void Versions(FieldErrors errors, FieldPath path, IReadOnlyList<CustomResourceDefinitionVersion> versions)
    {
        var at = path / "versions";
        for (var i = 0; i < versions.Count; i++)
        {
            errors.InvalidIf(Resources.Names.Label1035Problem(versions[i].Name), at[i] / "name", versions[i].Name);
            Deprecation(errors, at[i] / "deprecationWarning", versions[i]);
            if (versions[i].Validation?.OpenAPIV3Schema is null)
            {
                errors.Required(at[i] / "schema" / "openAPIV3Schema", "schemas are required");
            }
        }

        if (versions.Select(static version => version.Name).Distinct().Count() != versions.Count)
        {
            errors.Invalid(at, Shown(), "must contain unique version names");
        }

        if (versions.Count(static version => version.Storage) != 1)
        {
            errors.Invalid(at, Shown(), "must have exactly one version marked as storage version");
        }

        Each(static version => version.Validation, (place, validation) =>
        {
            if (validation?.OpenAPIV3Schema is { } schema)
            {
                SchemaRules.Validate(errors, place / "openAPIV3Schema", schema);
            }
        }, "validation", "schema");
        Each(static version => version.Subresources, (place, subresources) => Scale(errors, place / "scale", subresources?.Scale), "subresources", "subresources");
        EachList(static version => version.AdditionalPrinterColumns, (place, column) => Column(errors, place, column), "additionalPrinterColumns");
        EachList(static version => version.SelectableFields, (place, field) => Path(errors, place / "jsonPath", field.JSONPath, ""), "selectableFields");
        for (var i = 0; i < versions.Count; i++)
        {
            if (versions[i].SelectableFields.Count > SelectableFieldsMax)
            {
                errors.TooMany(at[i] / "selectableFields", versions[i].SelectableFields.Count, SelectableFieldsMax);
            }
        }

        void Each<T>(Func<CustomResourceDefinitionVersion, T> part, Action<FieldPath, T> validate, string common, string own)
        {
            if (versions.Count == 0)
            {
                return;
            }

            var first = part(versions[0]);
            if (versions.All(version => Equals(part(version), first)))
            {
                validate(path / common, first);
                return;
            }

            for (var i = 0; i < versions.Count; i++)
            {
                validate(at[i] / own, part(versions[i]));
            }
        }

        void EachList<T>(Func<CustomResourceDefinitionVersion, IReadOnlyList<T>> part, Action<FieldPath, T> validate, string name)
        {
            var isCommon = versions.Count > 0 && versions.All(version => part(version).SequenceEqual(part(versions[0])));
            for (var i = 0; i < (isCommon ? 1 : versions.Count); i++)
            {
                var list = part(versions[i]);
                for (var item = 0; item < list.Count; item++)
                {
                    validate(((isCommon ? path : at[i]) / name)[item], list[item]);
                }
            }
        }

        RawValue Shown() => new($"[{string.Join(',', versions.Select(static version => RawValue.Of(version).Json))}]");
    }

    private static void Deprecation(FieldErrors errors, FieldPath path, CustomResourceDefinitionVersion version)
    {
        if (version.DeprecationWarning is not { } warning)
        {
            return;
        }

        if (!version.Deprecated)
        {
            errors.Invalid(path, warning, "can only be set for deprecated versions");
        }

        if (warning.Length > WarningMax)
        {
            errors.TooLong(path, WarningMax);
        }

        if (warning.Length == 0)
        {
            errors.Invalid(path, warning, "must not be an empty string");
        }

        var bad = warning.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        if (bad >= 0)
        {
            errors.Invalid(path, warning, $"must only contain printable UTF-8 characters; non-printable character found at index {bad}");
        }
    }

    private static void Scale(FieldErrors errors, FieldPath path, CustomResourceSubresourceScale? scale)
    {
        if (scale is null)
        {
            return;
        }

        Path(errors, path / "specReplicasPath", scale.SpecReplicasPath, ".spec");
        Path(errors, path / "statusReplicasPath", scale.StatusReplicasPath, ".status");
        if (scale.LabelSelectorPath is { Length: > 0 } selector)
        {
            Path(errors, path / "labelSelectorPath", selector, selector.StartsWith(".spec.", StringComparison.Ordinal) ? ".spec" : ".status", "should be a json path under either .spec or .status");
        }
    }

    private static void Column(FieldErrors errors, FieldPath path, CustomResourceColumnDefinition column)
    {
        errors.RequiredText(path, "name", column.Name);
        errors.RequiredOneOf(path, "type", column.Type, ColumnTypes);
        if (column.Format.Length > 0)
        {
            errors.OneOf(path, "format", column.Format, ColumnFormats);
        }

        Path(errors, path / "jsonPath", column.JSONPath, "");
    }

    /// <summary>A path of fields that begins with a dot: <c>.spec.replicas</c>.</summary>
    private static void Path(FieldErrors errors, FieldPath path, string jsonPath, string below, string? detail = null)
    {
        if (jsonPath.Length == 0)
        {
            errors.Required(path);
        }
        else if (jsonPath[0] != '.' || jsonPath.Contains("..", StringComparison.Ordinal) || jsonPath.EndsWith('.'))
        {
            errors.Invalid(path, jsonPath, "is an invalid path: must be a simple json path starting with .");
        }
        else if (below.Length > 0 && !jsonPath.StartsWith(below + ".", StringComparison.Ordinal))
        {
            errors.Invalid(path, jsonPath, detail ?? $"should be a json path under {below}");
        }
    }

    private static void Names(FieldErrors errors, FieldPath path, CustomResourceDefinitionNames names)
    {
        errors.RequiredText(path, "plural", names.Plural);
        errors.RequiredText(path, "singular", names.Singular);
        errors.RequiredText(path, "kind", names.Kind);
        errors.RequiredText(path, "listKind", names.ListKind);
        Label("plural", names.Plural);
        Label("singular", names.Singular);
        MixedCase("kind", names.Kind);
        List("shortNames", names.ShortNames);
        MixedCase("listKind", names.ListKind);
        if (names.ListKind.Length > 0 && names.ListKind == names.Kind)
        {
            errors.Invalid(path / "listKind", names.ListKind, "kind and listKind may not be the same");
        }

        List("categories", names.Categories);

        void Label(string field, string name)
        {
            if (name.Length > 0)
            {
                errors.InvalidIf(Resources.Names.Label1035Problem(name), path / field, name);
            }
        }

        void MixedCase(string field, string name)
        {
            if (name.Length > 0 && Resources.Names.Label1035Problem(name.ToLowerInvariant()) is { } problem)
            {
                errors.Invalid(path / field, name, "may have mixed case, but should otherwise match: " + problem);
            }
        }

        void List(string field, IReadOnlyList<string> list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                errors.InvalidIf(Resources.Names.Label1035Problem(list[i]), (path / field)[i], list[i]);
            }
        }
    }

    private static void Conversion(FieldErrors errors, FieldPath path, CustomResourceConversion conversion)
    {
        errors.RequiredOneOf(path, "strategy", conversion.Strategy, [ConversionStrategyType.NoneConverter, ConversionStrategyType.WebhookConverter]);
        var target = path / "webhookClientConfig";
        var versions = conversion.Webhook?.ConversionReviewVersions ?? [];
        if (conversion.Strategy != ConversionStrategyType.WebhookConverter)
        {
            if (conversion.Webhook?.ClientConfig is not null)
            {
                errors.Forbidden(target, "should not be set when strategy is not set to Webhook");
            }

            if (versions.Count > 0)
            {
                errors.Forbidden(path / "conversionReviewVersions", "should not be set when strategy is not set to Webhook");
            }

            return;
        }

        switch (conversion.Webhook?.ClientConfig)
        {
            case null:
                errors.Required(target, "required when strategy is set to Webhook");
                break;
            case { URL: null, Service: null } or { URL: not null, Service: not null }:
                errors.Required(target, "exactly one of url or service is required");
                break;
            case { URL: { } url }:
                WebhookTargets.Url(errors, target / "url", url);
                break;
            case { Service: { } service }:
                WebhookTargets.Service(errors, target / "service", service.Name, service.Namespace, service.Path, service.Port);
                break;
        }

        var at = path / "conversionReviewVersions";
        if (versions.Count == 0)
        {
            errors.Required(at);
            return;
        }

        var isRepeated = Repeats.Of(versions);
        for (var i = 0; i < versions.Count; i++)
        {
            if (isRepeated[i])
            {
                errors.Invalid(at[i], versions[i], "duplicate version");
            }
            else
            {
                errors.InvalidIf(Resources.Names.Label1035Problem(versions[i]), at[i], versions[i]);
            }
        }

        if (!versions.Any(static version => version is "v1" or "v1beta1"))
        {
            errors.Invalid(at, RawValue.Of(versions), "must include at least one of v1, v1beta1");
        }
    }
}
