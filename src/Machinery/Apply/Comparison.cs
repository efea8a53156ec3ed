using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>Which fields a write added, changed and removed.</summary>
internal sealed record Comparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    private static readonly Comparison Same = new(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty);
    private static readonly Comparison Changed = Same with { Modified = FieldSet.Self };

    public bool IsSame => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    public static Comparison Of(JsonObject before, JsonObject after, Schema schema) => Of(before, after, new Shape(schema, null));

    private static Comparison Of(JsonNode before, JsonNode after, Shape shape)
    {
        if (before is JsonObject oldMembers && after is JsonObject newMembers && shape.HasMembers)
        {
            return Children(
                oldMembers.Members.ToDictionary(member => PathStep.Member(member.Key), member => member.Value, StringComparer.Ordinal),
                newMembers.Members.ToDictionary(member => PathStep.Member(member.Key), member => member.Value, StringComparer.Ordinal),
                step => shape.Member(step[2..]));
        }

        if (before is JsonArray oldList && after is JsonArray newList && shape.HasElements)
        {
            return Children(shape.Elements(oldList), shape.Elements(newList), _ => shape.Element);
        }

        return before.Equals(after) ? Same : Changed;
    }

    private static Comparison Children(Dictionary<string, JsonNode> before, Dictionary<string, JsonNode> after, Func<string, Shape> shapeOf)
    {
        var (added, modified, removed) = (new List<KeyValuePair<string, FieldSet>>(), new List<KeyValuePair<string, FieldSet>>(), new List<KeyValuePair<string, FieldSet>>());
        foreach (var (step, value) in after)
        {
            if (!before.TryGetValue(step, out var old))
            {
                added.Add(new(step, Everything(value, shapeOf(step))));
                continue;
            }

            var inside = Of(old, value, shapeOf(step));
            added.Add(new(step, inside.Added));
            modified.Add(new(step, inside.Modified));
            removed.Add(new(step, inside.Removed));
        }

        foreach (var (step, value) in before)
        {
            if (!after.ContainsKey(step))
            {
                removed.Add(new(step, Everything(value, shapeOf(step))));
            }
        }

        return new Comparison(FieldSet.Of(false, added), FieldSet.Of(false, modified), FieldSet.Of(false, removed));
    }

    // What comes or goes as a whole does so with every path in it, the path to it included.
    private static FieldSet Everything(JsonNode value, Shape shape) => value switch
    {
        JsonObject members when shape.HasMembers => FieldSet.Of(true, members.Members.Select(member =>
            KeyValuePair.Create(PathStep.Member(member.Key), Everything(member.Value, shape.Member(member.Key))))),
        JsonArray list when shape.HasElements => FieldSet.Of(true, shape.Elements(list).Select(item => KeyValuePair.Create(item.Key, Everything(item.Value, shape.Element)))),
        _ => FieldSet.Self,
    };
}
