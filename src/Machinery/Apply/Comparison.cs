using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>Which fields a write added or changed, and which it removed.</summary>
/// <remarks>
/// The plain statement of the rules. <see cref="UpdateRecorder"/> does the same over bytes for every write, and is
/// held to this by tests.
/// </remarks>
internal sealed record Comparison(FieldSet Written, FieldSet Removed)
{
    public bool IsSame => Written.IsEmpty && Removed.IsEmpty;

    public static Comparison Of(JsonObject before, JsonObject after, Schema schema)
    {
        var (written, removed) = Compare(before, after, Shape.Of(schema));
        return new Comparison(written, removed);
    }

    // Null stands for absent. What comes or goes as a whole does so with every path in it, the path to it included.
    private static (FieldSet Written, FieldSet Removed) Compare(JsonNode? before, JsonNode? after, Shape shape)
    {
        List<KeyValuePair<string, FieldSet>> written = [], removed = [];
        if (shape.HasMembers && IsMembers(before) && IsMembers(after) && (IsFilled(before) || IsFilled(after)))
        {
            var (old, now) = (before as JsonObject ?? new(), after as JsonObject ?? new());
            foreach (var name in now.Members.Concat(old.Members.Where(member => !now.Has(member.Key))).Select(static member => member.Key))
            {
                Add(PathStep.Member(name), Compare(old[name], now[name], shape.Member(name)));
            }
        }
        else if (shape.HasElements && IsElements(before) && IsElements(after) && (IsFilled(before) || IsFilled(after)))
        {
            var (old, now) = (shape.Elements(before as JsonArray ?? new()), shape.Elements(after as JsonArray ?? new()));
            foreach (var step in now.Keys.Concat(old.Keys.Where(step => !now.ContainsKey(step))))
            {
                Add(step, Elements(old.GetValueOrDefault(step) ?? [], now.GetValueOrDefault(step) ?? [], shape.Element));
            }
        }
        else
        {
            return before is null ? (FieldSet.Self, FieldSet.Empty)
                : after is null ? (FieldSet.Empty, FieldSet.Self)
                : before.Equals(after) ? (FieldSet.Empty, FieldSet.Empty)
                : (FieldSet.Self, FieldSet.Empty);
        }

        return (FieldSet.Of(before is null, written), FieldSet.Of(after is null, removed));

        void Add(string step, (FieldSet Written, FieldSet Removed) inside)
        {
            written.Add(new(step, inside.Written));
            removed.Add(new(step, inside.Removed));
        }
    }

    // Elements that cannot be told apart are owned together, as if the step led to one value.
    private static (FieldSet Written, FieldSet Removed) Elements(List<JsonNode> before, List<JsonNode> after, Shape shape)
    {
        if (before.Count <= 1 && after.Count <= 1)
        {
            return Compare(before.FirstOrDefault(), after.FirstOrDefault(), shape);
        }

        if (before.Count > 1 && after.Count > 1)
        {
            return (before.SequenceEqual(after) ? FieldSet.Empty : FieldSet.Self, FieldSet.Empty);
        }

        var (written, removed) = Compare(before.Count == 1 ? before[0] : null, after.Count == 1 ? after[0] : null, shape);
        return before.Count > 1 ? (after.Count == 1 ? written : FieldSet.Empty, FieldSet.Self) : (FieldSet.Self, before.Count == 1 ? removed : FieldSet.Empty);
    }

    private static bool IsMembers(JsonNode? value) => value is null or JsonNull or JsonObject;

    private static bool IsElements(JsonNode? value) => value is null or JsonNull or JsonArray;

    private static bool IsFilled(JsonNode? value) => value is JsonObject { Count: > 0 } or JsonArray { Items.Count: > 0 };
}
