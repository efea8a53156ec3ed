using System.Text;
using System.Text.Json;
using Navarch.Api;
using Navarch.Api.DynamicResources.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>Rules about devices that claims, classes and slices share.</summary>
internal static class DeviceRules
{
    public const int ListMax = 32;

    private const int ExpressionBytesMax = 10 * 1024;
    private const int ParametersBytesMax = 10 * 1024;
    private const int PoolNameMax = 253;
    private const int IdentifierMax = 32;
    private const string IdentifierForm = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

    private static readonly string[] Effects = [DeviceTaintEffect.NoExecute, DeviceTaintEffect.NoSchedule, DeviceTaintEffect.None];

    /// <summary>True when the list is not longer than it may be. A longer one is not looked at further.</summary>
    public static bool Fits<T>(FieldErrors errors, FieldPath path, IReadOnlyList<T> list, int max)
    {
        if (list.Count > max)
        {
            errors.TooMany(path, list.Count, max);
        }

        return list.Count <= max;
    }

    public static void Unique<T>(FieldErrors errors, FieldPath path, IReadOnlyList<T> list, Func<T, string> key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            if (!seen.Add(key(list[i])))
            {
                errors.Duplicate(path[i], key(list[i]));
            }
        }
    }

    /// <param name="isStored">The expressions were found good when they were stored.</param>
    public static void Selectors(FieldErrors errors, FieldPath path, IReadOnlyList<DeviceSelector> selectors, bool isStored = false)
    {
        if (!Fits(errors, path, selectors, ListMax))
        {
            return;
        }

        for (var i = 0; i < selectors.Count; i++)
        {
            var at = path[i] / "cel";
            if (selectors[i].CEL is not { } cel)
            {
                errors.Required(at);
            }
            else if (!isStored && Encoding.UTF8.GetByteCount(cel.Expression) > ExpressionBytesMax)
            {
                errors.TooLong(at / "expression", ExpressionBytesMax);
            }
        }
    }

    public static void Configuration(FieldErrors errors, FieldPath path, OpaqueDeviceConfiguration? opaque, bool isStored = false)
    {
        if (opaque is null)
        {
            errors.Required(path / "opaque");
            return;
        }

        VolumeValidation.Driver(errors, path / "opaque" / "driver", opaque.Driver);
        Json(errors, path / "opaque" / "parameters", opaque.Parameters, isStored);
    }

    /// <summary>An object of the driver's own making.</summary>
    public static void Json(FieldErrors errors, FieldPath path, RawExtension? value, bool isStored)
    {
        if (value is null || value.Json.IsEmpty || value.Json.Span.SequenceEqual("null"u8))
        {
            errors.Required(path);
        }
        else if (!isStored && value.Json.Length > ParametersBytesMax)
        {
            errors.TooLong(path, ParametersBytesMax);
        }
        else if (!IsObject(value.Json.Span))
        {
            errors.Invalid(path, "<value omitted>", "must be a valid JSON object");
        }
    }

    public static void PoolName(FieldErrors errors, FieldPath path, string name)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (name.Length > PoolNameMax)
        {
            errors.TooLong(path, PoolNameMax);
        }

        foreach (var part in name.Split('/'))
        {
            errors.InvalidIf(Names.SubdomainProblem(part), path, part);
        }
    }

    /// <summary>The name of an attribute or capacity: an identifier, within the domain of a driver or not.</summary>
    public static void QualifiedName(FieldErrors errors, FieldPath path, string name)
    {
        var parts = name.Split('/');
        switch (parts.Length)
        {
            case 1:
                Identifier(errors, path, name);
                break;
            case 2:
                if (parts[0].Length == 0)
                {
                    errors.Invalid(path, "", "the domain must not be empty");
                }
                else
                {
                    VolumeValidation.Driver(errors, path, parts[0]);
                }

                if (parts[1].Length == 0)
                {
                    errors.Invalid(path, "", "the name must not be empty");
                }
                else
                {
                    Identifier(errors, path, parts[1]);
                }

                break;
            default:
                errors.Invalid(path, name, "must not contain more than one slash");
                break;
        }
    }

    public static void FullyQualifiedName(FieldErrors errors, FieldPath path, string name)
    {
        QualifiedName(errors, path, name);
        if (!name.Contains('/'))
        {
            errors.Invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash");
        }
    }

    public static void Tolerations(FieldErrors errors, FieldPath path, IReadOnlyList<DeviceToleration> tolerations)
    {
        for (var i = 0; i < tolerations.Count; i++)
        {
            var (at, toleration) = (path[i], tolerations[i]);
            if (toleration.Key.Length > 0)
            {
                errors.QualifiedName(at / "key", toleration.Key);
            }

            switch (toleration.Operator)
            {
                case DeviceTolerationOperator.DeviceTolerationOpExists:
                    if (toleration.Value.Length > 0)
                    {
                        errors.Invalid(at / "value", toleration.Value, "must be empty for operator `Exists`");
                    }

                    break;
                case DeviceTolerationOperator.DeviceTolerationOpEqual:
                    errors.LabelValue(at / "value", toleration.Value);
                    break;
                default:
                    errors.RequiredOneOf(at, "operator", toleration.Operator, ["Equal", "Exists"]);
                    break;
            }

            if (toleration.Effect.Length > 0)
            {
                errors.OneOf(at, "effect", toleration.Effect, Effects);
            }
        }
    }

    public static void Taint(FieldErrors errors, FieldPath path, DeviceTaint taint)
    {
        errors.QualifiedName(path / "key", taint.Key);
        errors.LabelValue(path / "value", taint.Value);
        errors.RequiredOneOf(path, "effect", taint.Effect, Effects);
    }

    /// <summary>Conditions that a device must meet, or that rule it out, before a pod is bound.</summary>
    public static void Binding(FieldErrors errors, FieldPath path, IReadOnlyList<string> conditions, IReadOnlyList<string> failures)
    {
        const int ConditionsMax = 4;
        Conditions("bindingConditions", conditions);
        Conditions("bindingFailureConditions", failures);
        for (var i = 0; i < failures.Count; i++)
        {
            if (conditions.Contains(failures[i]))
            {
                errors.Invalid((path / "bindingFailureConditions")[i], failures[i], "bindingFailureConditions must not overlap with bindingConditions");
            }
        }

        if (conditions.Count == 0 && failures.Count > 0)
        {
            errors.Invalid(path / "bindingConditions", new RawValue("null"), "bindingConditions are required to use bindingFailureConditions");
        }

        if (failures.Count == 0 && conditions.Count > 0)
        {
            errors.Invalid(path / "bindingFailureConditions", new RawValue("null"), "bindingFailureConditions are required to use bindingConditions");
        }

        void Conditions(string name, IReadOnlyList<string> list)
        {
            if (Fits(errors, path / name, list, ConditionsMax))
            {
                for (var i = 0; i < list.Count; i++)
                {
                    errors.QualifiedName((path / name)[i], list[i]);
                }
            }

            Unique(errors, path / name, list, static condition => condition);
        }
    }

    public static void ShareId(FieldErrors errors, FieldPath path, string? id)
    {
        if (id is null)
        {
            return;
        }

        if (!Guid.TryParse(id, out var parsed))
        {
            errors.Invalid(path, id, $"error validating uid: invalid UUID {(id.Length == 36 ? "format" : $"length: {id.Length}")}");
        }
        else if (parsed.ToString() != id)
        {
            errors.Invalid(path, id, "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters");
        }
    }

    private static void Identifier(FieldErrors errors, FieldPath path, string id)
    {
        if (id.Length > IdentifierMax)
        {
            errors.TooLong(path, IdentifierMax);
        }

        if (id.Length == 0 || char.IsAsciiDigit(id[0]) || id.Any(static c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
        {
            errors.Invalid(path, id, IdentifierForm);
        }
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
