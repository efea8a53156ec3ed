using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Scheduler.Matching;

/// <summary>A label selector made ready to be asked often. Two predicates of the same text are equal.</summary>
/// <remarks>
/// It is made for every pod that comes, of text that the server has checked: unlike Machinery's selectors it is built without
/// checks, never throws, and lets what it does not understand match nothing.
/// </remarks>
internal sealed class LabelPredicate : IEquatable<LabelPredicate>
{
    /// <summary>Matches no labels at all: what an absent selector selects.</summary>
    public static readonly LabelPredicate Nothing = new([], matchesNothing: true);

    /// <summary>Matches any labels: what an empty selector selects.</summary>
    public static readonly LabelPredicate Everything = new([], matchesNothing: false);

    private readonly LabelRequirement[] requirements;
    private readonly bool matchesNothing;
    private readonly string text;

    private LabelPredicate(LabelRequirement[] requirements, bool matchesNothing)
    {
        this.requirements = requirements;
        this.matchesNothing = matchesNothing;
        text = matchesNothing ? "!" : string.Join(",", requirements.Select(requirement => requirement.ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>It has no requirement, so that any labels match.</summary>
    public bool IsEmpty => requirements.Length == 0 && !matchesNothing;

    public static LabelPredicate Of(LabelSelector? selector)
    {
        if (selector is null)
        {
            return Nothing;
        }

        var all = new List<LabelRequirement>(selector.MatchLabels.Count + selector.MatchExpressions.Count);
        foreach (var (key, value) in selector.MatchLabels)
        {
            all.Add(new LabelRequirement(key, LabelOperator.In, [value]));
        }

        foreach (var expression in selector.MatchExpressions)
        {
            all.Add(new LabelRequirement(expression.Key, LabelRequirement.Parse(expression.Operator), expression.Values));
        }

        return all.Count == 0 ? Everything : new LabelPredicate([.. all], matchesNothing: false);
    }

    /// <summary>Matches labels that have every pair of <paramref name="pairs"/>.</summary>
    public static LabelPredicate OfPairs(Map<string> pairs) => Of(new LabelSelector { MatchLabels = pairs });

    public bool Matches(Map<string> labels)
    {
        foreach (var requirement in requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return !matchesNothing;
    }

    /// <summary>Matches what both match.</summary>
    public LabelPredicate And(LabelPredicate other)
    {
        if (IsEmpty || other.matchesNothing)
        {
            return other;
        }

        return other.IsEmpty || matchesNothing ? this : new LabelPredicate([.. requirements, .. other.requirements], matchesNothing: false);
    }

    public LabelPredicate And(LabelRequirement requirement) =>
        matchesNothing ? this : new LabelPredicate([.. requirements, requirement], matchesNothing: false);

    public bool Equals(LabelPredicate? other) => ReferenceEquals(this, other) || (other is not null && text == other.text);

    public override bool Equals(object? obj) => Equals(obj as LabelPredicate);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;
}
