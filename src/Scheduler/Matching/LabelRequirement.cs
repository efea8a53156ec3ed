using System.Globalization;
using Navarch.Api;

namespace Navarch.Scheduler.Matching;

/// <summary>How a requirement compares the value of a label.</summary>
internal enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,

    /// <summary>A word this version does not know. It matches nothing: a rule not understood must not be broken.</summary>
    Unknown,
}

/// <summary>One condition on the value of one label.</summary>
internal sealed class LabelRequirement(string key, LabelOperator @operator, IReadOnlyList<string> values)
{
    // Gt and Lt compare integers; a value that is none matches nothing.
    private readonly long? bound = @operator is LabelOperator.Gt or LabelOperator.Lt && values.Count == 1 ? ParseInteger(values[0]) : null;

    public string Key => key;

    public LabelOperator Operator => @operator;

    public IReadOnlyList<string> Values => values;

    public static LabelOperator Parse(string word) => word switch
    {
        "In" => LabelOperator.In,
        "NotIn" => LabelOperator.NotIn,
        "Exists" => LabelOperator.Exists,
        "DoesNotExist" => LabelOperator.DoesNotExist,
        "Gt" => LabelOperator.Gt,
        "Lt" => LabelOperator.Lt,
        _ => LabelOperator.Unknown,
    };

    public bool Matches(Map<string> labels) => Matches(labels.Find(key));

    /// <param name="value">Null when the label is absent.</param>
    public bool Matches(string? value) => @operator switch
    {
        LabelOperator.In => value is not null && Contains(value),
        LabelOperator.NotIn => value is null || !Contains(value),
        LabelOperator.Exists => value is not null,
        LabelOperator.DoesNotExist => value is null,
        LabelOperator.Gt => value is not null && ParseInteger(value) > bound,
        LabelOperator.Lt => value is not null && ParseInteger(value) < bound,
        _ => false,
    };

    public override string ToString() => $"{key} {@operator} ({string.Join(",", values.Order(StringComparer.Ordinal))})";

    private static long? ParseInteger(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool Contains(string value)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] == value)
            {
                return true;
            }
        }

        return false;
    }
}
