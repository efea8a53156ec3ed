using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>Lays an applied configuration over an object, and takes out of an object what nobody owns any more.</summary>
internal static class Configuration
{
    /// <summary>The object with every field that the configuration names set as it says. Neither argument is changed.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject configuration, Schema schema) =>
        (JsonObject)Merge(live, configuration, new Shape(schema, null));

    /// <summary>The object without the fields of <paramref name="paths"/>. Containers that others still use stay.</summary>
    public static JsonObject Remove(JsonObject value, FieldSet paths, Schema schema)
    {
        var copy = (JsonObject)value.Clone();
        RemoveIn(copy, paths, new Shape(schema, null));
        return copy;
    }

    private static JsonNode Merge(JsonNode live, JsonNode wanted, Shape shape)
    {
        if (live is JsonObject members && wanted is JsonObject changes && shape.HasMembers)
        {
            var merged = (JsonObject)members.Clone();
            foreach (var (name, value) in changes.Members)
            {
                merged.Set(name, merged[name] is { } old ? Merge(old, value, shape.Member(name)) : value.Clone());
            }

            return merged;
        }

        return live is JsonArray list && wanted is JsonArray items && shape.HasElements ? MergeList(list, items, shape) : wanted.Clone();
    }

    // The configuration's elements in its order; what only the live list has keeps its place before the next common element.
    private static JsonArray MergeList(JsonArray live, JsonArray wanted, Shape shape)
    {
        var liveElements = shape.Elements(live);
        var wantedElements = shape.Elements(wanted);
        var merged = new JsonArray();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var next = 0;
        foreach (var (step, item) in wantedElements)
        {
            if (liveElements.TryGetValue(step, out var old))
            {
                // Everything of the live list up to this element that the configuration does not name comes first.
                for (; next < live.Items.Count && PathStep.Element(live.Items[next], shape.Field!) is var at && at != step && !taken.Contains(step); next++)
                {
                    if (at is not null && !wantedElements.ContainsKey(at) && taken.Add(at))
                    {
                        merged.Items.Add(live.Items[next].Clone());
                    }
                }

                merged.Items.Add(Merge(old, item, shape.Element));
            }
            else
            {
                merged.Items.Add(item.Clone());
            }

            taken.Add(step);
        }

        foreach (var item in live.Items)
        {
            if (PathStep.Element(item, shape.Field!) is { } step && taken.Add(step))
            {
                merged.Items.Add(item.Clone());
            }
        }

        return merged;
    }

    private static void RemoveIn(JsonNode value, FieldSet paths, Shape shape)
    {
        if (value is JsonObject members && shape.HasMembers)
        {
            members.Retain(member => Keeps(PathStep.Member(member.Key), member.Value, paths, shape.Member(member.Key)));
        }
        else if (value is JsonArray list && shape.HasElements)
        {
            list.Items.RemoveAll(item => PathStep.Element(item, shape.Field!) is { } step && !Keeps(step, item, paths, shape.Element));
        }
    }

    private static bool Keeps(string step, JsonNode value, FieldSet paths, Shape shape)
    {
        if (paths.Find(step) is not { } below)
        {
            return true;
        }

        if (below.Children.Count > 0)
        {
            RemoveIn(value, below, shape);

            // A container goes with its last content, if it was only there to hold it.
            return value is not (JsonObject { Count: 0 } or JsonArray { Items.Count: 0 });
        }

        return !below.IsMember;
    }
}
