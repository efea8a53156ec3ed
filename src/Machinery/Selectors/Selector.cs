using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Selectors;

/// <summary>A label selector, ready to match: all of its requirements must hold.</summary>
public sealed class Selector
{
    private readonly LabelRequirement[] requirements;
    private readonly bool isNothing;

    private Selector(LabelRequirement[] requirements, bool isNothing = false)
    {
        this.requirements = requirements;
        this.isNothing = isNothing;
    }

    /// <summary>Matches every object.</summary>
    public static Selector Everything { get; } = new([]);

    /// <summary>Matches no object: what an absent selector of a controller means.</summary>
    public static Selector Nothing { get; } = new([], isNothing: true);

    /// <summary>Sorted by key.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => requirements;

    public bool IsEverything => requirements.Length == 0 && !isNothing;

    /// <summary>Parses the form of the <c>labelSelector</c> parameter: <c>a=b,c!=d,e in (x,y),!f,g</c>.</summary>
    /// <exception cref="SelectorException">The text is not a selector.</exception>
    public static Selector Parse(string text) => Of(new SelectorParser(text).Parse());

    public static Selector Of(IEnumerable<LabelRequirement> requirements)
    {
        LabelRequirement[] sorted = [.. requirements.OrderBy(requirement => requirement.Key, StringComparer.Ordinal)];
        return sorted.Length == 0 ? Everything : new Selector(sorted);
    }

    /// <summary>Absent matches nothing, empty everything.</summary>
    /// <exception cref="SelectorException">An expression is not valid.</exception>
    public static Selector Of(LabelSelector? selector)
    {
        if (selector is null)
        {
            return Nothing;
        }

        return Of([
            .. selector.MatchLabels.Select(label => LabelRequirement.Create(label.Key, LabelOperator.Equal, [label.Value])),
            .. selector.MatchExpressions.Select(expression => LabelRequirement.Create(expression.Key, OperatorOf(expression), expression.Values)),
        ]);
    }

    /// <summary>All of these labels; none match everything. The values are not checked.</summary>
    /// <exception cref="SelectorException">A key or value is not a label's.</exception>
    public static Selector Of(Map<string> labels) =>
        Of(labels.Select(label => LabelRequirement.Create(label.Key, LabelOperator.Equal, [label.Value])));

    public bool Matches(Map<string> labels)
    {
        if (isNothing)
        {
            return false;
        }

        foreach (var requirement in requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The canonical form, which <see cref="Parse"/> reads back; empty for <see cref="Everything"/> and <see cref="Nothing"/>.</summary>
    public override string ToString() => string.Join(',', requirements.Select(requirement => requirement.ToString()));

    private static LabelOperator OperatorOf(LabelSelectorRequirement expression) => expression.Operator switch
    {
        LabelSelectorOperator.LabelSelectorOpIn => LabelOperator.In,
        LabelSelectorOperator.LabelSelectorOpNotIn => LabelOperator.NotIn,
        LabelSelectorOperator.LabelSelectorOpExists => LabelOperator.Exists,
        LabelSelectorOperator.LabelSelectorOpDoesNotExist => LabelOperator.DoesNotExist,
        var unknown => throw new SelectorException($"{GoText.Quote(unknown)} is not a valid label selector operator"),
    };
}
