using Navarch.Api.Authorization.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Reviews;

/// <summary>
/// Selectors within a question of access: raw or in parts. Operators that are not known pass, so that newer clients can
/// ask; who authorizes then treats the question as one about everything.
/// </summary>
internal static class AccessSelectors
{
    public static void Validate(FieldErrors errors, FieldPath path, ResourceAttributes attributes)
    {
        if (attributes.FieldSelector is { } fields)
        {
            Selector(errors, path / "fieldSelector", fields.RawSelector, [.. fields.Requirements.Select(static one => (one.Key, one.Operator, one.Values.Count))]);
        }

        if (attributes.LabelSelector is { } labels)
        {
            Selector(errors, path / "labelSelector", labels.RawSelector, [.. labels.Requirements.Select(static one => (one.Key, one.Operator, one.Values.Count))]);
        }
    }

    /// <summary>What of a question's selector an authorizer can rely on, as text; empty for everything.</summary>
    /// <remarks>No value or key becomes a requirement of its own: what it was asked with may have come from the one it is about.</remarks>
    public static string Text(FieldSelectorAttributes? selector) => selector is null ? "" : selector.RawSelector.Length > 0 ? selector.RawSelector : FieldSelector.Of(
        [.. selector.Requirements.Where(static one => one is { Operator: "In" or "NotIn", Values.Count: 1 } && one.Key.IndexOfAny([',', '=', '!', '\\']) < 0)
            .Select(static one => new FieldSelector.Term(one.Key, one.Values[0], one.Operator == "In"))]).ToString();

    /// <inheritdoc cref="Text(FieldSelectorAttributes?)"/>
    public static string Text(LabelSelectorAttributes? selector) => selector is null ? "" : selector.RawSelector.Length > 0 ? selector.RawSelector : string.Join(
        ',', selector.Requirements.Where(static one => LabelSyntax.IsQualifiedName(one.Key) && !one.Values.Any(static value => LabelSyntax.ValueProblems(value).Any())).Select(static one => one.Operator switch
        {
            "In" => $"{one.Key} in ({string.Join(',', one.Values)})",
            "NotIn" => $"{one.Key} notin ({string.Join(',', one.Values)})",
            "Exists" => one.Key,
            "DoesNotExist" => "!" + one.Key,
            _ => "",
        }).Where(static text => text.Length > 0));

    private static void Selector(FieldErrors errors, FieldPath path, string raw, IReadOnlyList<(string Key, string Operator, int Values)> requirements)
    {
        if (raw.Length > 0 && requirements.Count > 0)
        {
            errors.Invalid(path / "rawSelector", raw, "may not specified at the same time as requirements");
        }

        if (raw.Length == 0 && requirements.Count == 0)
        {
            errors.Required(path / "requirements", $"when {path} is specified, requirements or rawSelector is required");
        }

        for (var i = 0; i < requirements.Count; i++)
        {
            var (at, (key, @operator, values)) = ((path / "requirements")[i], requirements[i]);
            if (key.Length == 0)
            {
                errors.Required(at / "key", "must be specified");
            }

            if (@operator is "In" or "NotIn" && values == 0)
            {
                errors.Required(at / "values", "must be specified when `operator` is 'In' or 'NotIn'");
            }
            else if (@operator is "Exists" or "DoesNotExist" && values > 0)
            {
                errors.Forbidden(at / "values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
            }
        }
    }
}
