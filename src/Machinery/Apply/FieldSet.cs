using System.Buffers;
using System.Text;
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
    public static readonly FieldSet Empty = new(false, []);

    /// <summary>The set that holds the path that ends here and nothing below it.</summary>
    public static readonly FieldSet Self = new(true, []);

    // What JSON does not hold as it is, or is not written so here.
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static c => (char)c), '"', '\\', '<', '>', '&', '\x7f']);

    private static readonly Comparison<KeyValuePair<string, FieldSet>> ByStep = static (left, right) => string.CompareOrdinal(left.Key, right.Key);

    // Sorted by step. None is empty.
    private readonly KeyValuePair<string, FieldSet>[] children;

    private FieldSet(bool isMember, KeyValuePair<string, FieldSet>[] children)
    {
        IsMember = isMember;
        this.children = children;
    }

    /// <summary>The path that leads here is in the set.</summary>
    public bool IsMember { get; }

    public bool IsEmpty => !IsMember && children.Length == 0;

    /// <summary>A set of the given children; empty ones are left out, of doubles the last counts.</summary>
    public static FieldSet Of(bool isMember, IEnumerable<KeyValuePair<string, FieldSet>> children)
    {
        var kept = new List<KeyValuePair<string, FieldSet>>();
        var isSorted = true;
        foreach (var child in children)
        {
            if (!child.Value.IsEmpty)
            {
                isSorted &= kept.Count == 0 || string.CompareOrdinal(kept[^1].Key, child.Key) < 0;
                kept.Add(child);
            }
        }

        if (!isSorted)
        {
            kept = [.. kept.Reverse<KeyValuePair<string, FieldSet>>().DistinctBy(static child => child.Key)];
            kept.Sort(ByStep);
        }

        return OfSorted(isMember, kept);
    }

    /// <exception cref="ApiJsonException">The JSON is not a field set.</exception>
    public static FieldSet Parse(ReadOnlySpan<byte> utf8) => Read(JsonNode.Parse(utf8), isRoot: true);

    public FieldSet? Find(string step)
    {
        var (low, high) = (0, children.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (string.CompareOrdinal(children[middle].Key, step))
            {
                case 0:
                    return children[middle].Value;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }

        return null;
    }

    public FieldSet Union(FieldSet other) => Combine(other, static (left, right) => left || right, keepsLeft: true, keepsRight: true);

    public FieldSet Intersect(FieldSet other) => Combine(other, static (left, right) => left && right, keepsLeft: false, keepsRight: false);

    /// <summary>The paths of this set that <paramref name="other"/> does not have.</summary>
    public FieldSet Except(FieldSet other) => Combine(other, static (left, right) => left && !right, keepsLeft: true, keepsRight: false);

    /// <summary>The paths of this set that neither are in <paramref name="other"/> nor lie below a leaf of it.</summary>
    public FieldSet ExceptBelow(FieldSet other)
    {
        if (other.IsMember && other.children.Length == 0)
        {
            return Empty;
        }

        return Of(IsMember && !other.IsMember, children.Select(child =>
            other.Find(child.Key) is { } same ? KeyValuePair.Create(child.Key, child.Value.ExceptBelow(same)) : child));
    }

    /// <summary>The set as it is stored: steps in the order of the bytes they are written with, which <see cref="FieldTree"/> relies on.</summary>
    public byte[] ToUtf8()
    {
        var writer = new ApiWriter(1024);
        Write(writer);
        return writer.ToArray();
    }

    /// <summary>Every path of the set, in the form error messages show: <c>.spec.template.spec.containers[name="web"].image</c>.</summary>
    public IEnumerable<string> Paths() => Paths("");

    public bool Equals(FieldSet? other)
    {
        if (other is null || IsMember != other.IsMember || children.Length != other.children.Length)
        {
            return false;
        }

        for (var i = 0; i < children.Length; i++)
        {
            if (children[i].Key != other.children[i].Key || !children[i].Value.Equals(other.children[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode() => HashCode.Combine(IsMember, children.Length);

    private void Write(ApiWriter writer)
    {
        writer.BeginObject();
        if (IsMember && children.Length > 0)
        {
            writer.Key(".");
            writer.BeginObject();
            writer.EndObject();
        }

        foreach (var (step, child) in AsWritten())
        {
            writer.Key(step);
            child.Write(writer);
        }

        writer.EndObject();
    }

    // Steps that are written as they are, which is what names of fields are, are in order already.
    private IEnumerable<KeyValuePair<string, FieldSet>> AsWritten()
    {
        if (children.Length < 2 || Array.TrueForAll(children, static child => !child.Key.AsSpan().ContainsAny(Escaped) && Ascii.IsValid(child.Key)))
        {
            return children;
        }

        var writer = new ApiWriter(256);
        var texts = new List<(byte[] Text, KeyValuePair<string, FieldSet> Child)>(children.Length);
        foreach (var child in children)
        {
            writer.Reset();
            writer.String(child.Key);
            texts.Add((writer.ToArray(), child));
        }

        texts.Sort(static (left, right) => left.Text.AsSpan().SequenceCompareTo(right.Text));
        return texts.Select(static pair => pair.Child);
    }

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

    private static FieldSet OfSorted(bool isMember, List<KeyValuePair<string, FieldSet>> children) =>
        children.Count == 0 ? (isMember ? Self : Empty) : new FieldSet(isMember, [.. children]);

    // Both are sorted: one pass over both.
    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> membership, bool keepsLeft, bool keepsRight)
    {
        var (left, right) = (children, other.children);
        var combined = new List<KeyValuePair<string, FieldSet>>(Math.Max(left.Length, right.Length));
        var (i, j) = (0, 0);
        while (i < left.Length || j < right.Length)
        {
            var order = i == left.Length ? 1 : j == right.Length ? -1 : string.CompareOrdinal(left[i].Key, right[j].Key);
            if (order == 0)
            {
                var both = left[i].Value.Combine(right[j++].Value, membership, keepsLeft, keepsRight);
                Keep(left[i++].Key, both);
            }
            else if (order < 0)
            {
                Keep(left[i].Key, keepsLeft ? left[i].Value : Empty);
                i++;
            }
            else
            {
                Keep(right[j].Key, keepsRight ? right[j].Value : Empty);
                j++;
            }
        }

        return OfSorted(membership(IsMember, other.IsMember), combined);

        void Keep(string step, FieldSet child)
        {
            if (!child.IsEmpty)
            {
                combined.Add(new(step, child));
            }
        }
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
