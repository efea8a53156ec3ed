using System.Globalization;
using Navarch.Api;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Selectors;

/// <summary>How a requirement compares.</summary>
public enum LabelOperator
{
    Equal,
    DoubleEqual,
    NotEqual,
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

/// <summary>One term of a label selector.</summary>
public sealed class LabelRequirement
{
    private readonly string[] values;
    private readonly HashSet<string>? set;
    private readonly long bound;

    private LabelRequirement(string key, LabelOperator @operator, string[] values)
    {
        Key = key;
        Operator = @operator;
        this.values = values;

        // Below this number comparing in turn is faster than hashing.
        set = values.Length > 6 ? values.ToHashSet(StringComparer.Ordinal) : null;
        bound = @operator is LabelOperator.GreaterThan or LabelOperator.LessThan ? long.Parse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
    }

    public string Key { get; }

    public LabelOperator Operator { get; }

    /// <summary>Sorted, without repeats.</summary>
    public IReadOnlyList<string> Values => values;

    /// <exception cref="SelectorException">The key or a value is not a label's, or their number does not fit the operator.</exception>
    public static LabelRequirement Create(string key, LabelOperator @operator, IEnumerable<string> values)
    {
        var list = values.ToArray();
        var errors = new FieldErrors();
        foreach (var problem in LabelSyntax.QualifiedNameProblems(key))
        {
            errors.Invalid("key", key, problem);
        }

        CheckCount(@operator, list, errors);
        for (var i = 0; i < list.Length; i++)
        {
            foreach (var problem in LabelSyntax.ValueProblems(list[i]))
            {
                errors.Invalid(string.Create(CultureInfo.InvariantCulture, $"values[{i}][{key}]"), list[i], problem);
            }
        }

        if (errors.Any)
        {
            throw new SelectorException(GoText.Aggregate(errors.All.Select(error => error.ToString())));
        }

        return new LabelRequirement(key, @operator, [.. list.Distinct().Order(StringComparer.Ordinal)]);
    }

    public bool Matches(Map<string> labels)
    {
        var has = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.Exists => has,
            LabelOperator.DoesNotExist => !has,
            LabelOperator.NotIn or LabelOperator.NotEqual => !has || !Contains(value!),
            LabelOperator.GreaterThan => has && Number(value!) > bound,
            LabelOperator.LessThan => has && Number(value!) < bound,
            _ => has && Contains(value!),
        };
    }

    public override string ToString() => Operator switch
    {
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => "!" + Key,
        LabelOperator.Equal => $"{Key}={values[0]}",
        LabelOperator.DoubleEqual => $"{Key}=={values[0]}",
        LabelOperator.NotEqual => $"{Key}!={values[0]}",
        LabelOperator.GreaterThan => $"{Key}>{values[0]}",
        LabelOperator.LessThan => $"{Key}<{values[0]}",
        LabelOperator.In => $"{Key} in ({string.Join(',', values)})",
        _ => $"{Key} notin ({string.Join(',', values)})",
    };

    private static void CheckCount(LabelOperator @operator, string[] values, FieldErrors errors)
    {
        switch (@operator)
        {
            case LabelOperator.In or LabelOperator.NotIn when values.Length == 0:
                errors.Invalid("values", RawValue.Of(values), "for 'in', 'notin' operators, values set can't be empty");
                break;
            case LabelOperator.Equal or LabelOperator.DoubleEqual or LabelOperator.NotEqual when values.Length != 1:
                errors.Invalid("values", RawValue.Of(values), "exact-match compatibility requires one single value");
                break;
            case LabelOperator.Exists or LabelOperator.DoesNotExist when values.Length != 0:
                errors.Invalid("values", RawValue.Of(values), "values set must be empty for exists and does not exist");
                break;
            case LabelOperator.GreaterThan or LabelOperator.LessThan when values.Length != 1:
                errors.Invalid("values", RawValue.Of(values), "for 'Gt', 'Lt' operators, exactly one value is required");
                break;
            case LabelOperator.GreaterThan or LabelOperator.LessThan when Number(values[0]) is null:
                errors.Invalid("values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer");
                break;
            default:
                break;
        }
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool Contains(string value) => set?.Contains(value) ?? Array.IndexOf(values, value) >= 0;
}
