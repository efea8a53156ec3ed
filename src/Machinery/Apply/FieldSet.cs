using Navarch.Api.Json;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>
/// A set of paths into an object, as <c>managedFields[].fieldsV1</c> writes it: a tree whose steps are <c>f:NAME</c> (a member),
/// <c>k:{...}</c> (the element of a list with these keys), <c>v:VALUE</c> (an element of a set); <c>.</c> says that the
/// path that ends here is itself in the set.
/// </summary>
/// <remarks>Immutable. Leaves of the tree are always members of the set. (KEP-555)</remarks>
public sealed class FieldSet : IEquatable<FieldSet>
{
    public static readonly FieldSet Empty = new(false, new(StringComparer.Ordinal));

    /// <summary>The set that holds the path that ends here and nothing below it.</summary>
    public static readonly FieldSet Self = new(true, new(StringComparer.Ordinal));

    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right));

    private readonly SortedDictionary<string, FieldSet> children;

    private FieldSet(bool isMember, SortedDictionary<string, FieldSet> children)
    {
        IsMember = isMember;
        this.children = children;
    }

    /// <summary>The path that leads here is in the set.</summary>
    public bool IsMember { get; }

    public IReadOnlyDictionary<string, FieldSet> Children => children;

    public bool IsEmpty => !IsMember && children.Count == 0;

    /// <summary>A set of the given children; empty ones are left out.</summary>
    public static FieldSet Of(bool isMember, IEnumerable<KeyValuePair<string, FieldSet>> children)
    {
        SortedDictionary<string, FieldSet>? kept = null;
        foreach (var (step, child) in children)
        {
            if (!child.IsEmpty)
            {
                (kept ??= new(StringComparer.Ordinal))[step] = child;
            }
        }

        return kept is null ? (isMember ? Self : Empty) : new FieldSet(isMember, kept);
    }

    /// <exception cref="ApiJsonException">The JSON is not a field set.</exception>
    public static FieldSet Parse(ReadOnlySpan<byte> utf8) => Read(JsonNode.Parse(utf8), isRoot: true);

    public FieldSet? Find(string step) => children.GetValueOrDefault(step);

    public FieldSet Union(FieldSet other) => Combine(other, static (left, right) => left || right, keepsLeft: true, keepsRight: true);

    public FieldSet Intersect(FieldSet other) => Combine(other, static (left, right) => left && right, keepsLeft: false, keepsRight: false);

    /// <summary>The paths of this set that <paramref name="other"/> does not have.</summary>
    public FieldSet Except(FieldSet other) => Combine(other, static (left, right) => left && !right, keepsLeft: true, keepsRight: false);

    /// <summary>The paths of this set that neither are in <paramref name="other"/> nor lie below a leaf of it.</summary>
    public FieldSet ExceptBelow(FieldSet other)
    {
        if (other.IsMember && other.children.Count == 0)
        {
            return Empty;
        }

        return Of(IsMember && !other.IsMember, children.Select(child =>
            other.Find(child.Key) is { } same ? KeyValuePair.Create(child.Key, child.Value.ExceptBelow(same)) : child));
    }

    /// <summary>The set as it is stored: steps in the order of the bytes they are written with, which <see cref="FieldTree"/> relies on.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && children.Count > 0)
        {
            json.Set(".", new JsonObject());
        }

        foreach (var (step, child) in children.Select(static child => (Text: new JsonText(child.Key).ToUtf8(), child)).OrderBy(static pair => pair.Text, ByBytes).Select(static pair => pair.child))
        {
            json.Set(step, child.ToJson());
        }

        return json;
    }

    /// <summary>Every path of the set, in the form error messages show: <c>.spec.template.spec.containers[name="web"].image</c>.</summary>
    public IEnumerable<string> Paths() => Paths("");

    public bool Equals(FieldSet? other) =>
        other is not null && IsMember == other.IsMember && children.Count == other.children.Count
        && children.All(child => child.Value.Equals(other.Find(child.Key)));

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode() => HashCode.Combine(IsMember, children.Count);

    private static FieldSet Read(JsonNode node, bool isRoot)
    {
        if (node is not JsonObject json)
        {
            throw new ApiJsonException("a field set must be made of JSON objects");
        }

        return Of(json.Has(".") || (json.Count == 0 && !isRoot), json.Members.Where(member => member.Key != ".")
            .Select(member => member.Key.Length >= 2 && member.Key[1] == ':' && member.Key[0] is 'f' or 'k' or 'v' or 'i'
                ? KeyValuePair.Create(member.Key, Read(member.Value, isRoot: false))
                : throw new ApiJsonException($"unknown path element \"{member.Key}\" in a field set")));
    }

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> membership, bool keepsLeft, bool keepsRight)
    {
        var combined = new List<KeyValuePair<string, FieldSet>>();
        foreach (var (step, child) in children)
        {
            if (other.Find(step) is { } same)
            {
                combined.Add(new(step, child.Combine(same, membership, keepsLeft, keepsRight)));
            }
            else if (keepsLeft)
            {
                combined.Add(new(step, child));
            }
        }

        if (keepsRight)
        {
            combined.AddRange(other.children.Where(child => !children.ContainsKey(child.Key)));
        }

        return Of(membership(IsMember, other.IsMember), combined);
    }

    private IEnumerable<string> Paths(string prefix)
    {
        if (IsMember)
        {
            yield return prefix;
        }

        foreach (var (step, child) in children)
        {
            foreach (var path in child.Paths(prefix + PathStep.Show(step)))
            {
                yield return path;
            }
        }
    }
}
