using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>Lays an applied configuration over an object, and takes out of an object what nobody owns any more.</summary>
internal static class Configuration
{
    /// <summary>The object with every field that the configuration names set as it says. Neither argument is changed; both share what they have with the result.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject configuration, Schema schema) =>
        (JsonObject)Merge(live, configuration, Shape.Of(schema));

    /// <summary>
    /// The object without what <paramref name="former"/> had and nobody owns any more. What goes takes everything in it
    /// along, owned or not: a container is not left behind as the defaults that the server gave it.
    /// </summary>
    public static JsonObject Prune(JsonObject value, FieldSet former, FieldSet owned, Schema schema)
    {
        var copy = (JsonObject)value.Clone();
        PruneIn(copy, former, owned, Shape.Of(schema));
        return copy;
    }

    private static JsonNode Merge(JsonNode live, JsonNode wanted, Shape shape)
    {
        if (live is JsonObject members && wanted is JsonObject changes && shape.HasMembers)
        {
            var merged = new JsonObject();
            foreach (var (name, value) in members.Members)
            {
                merged.Set(name, changes[name] is { } change ? Merge(value, change, shape.Member(name)) : value);
            }

            foreach (var (name, value) in changes.Members)
            {
                if (!members.Has(name))
                {
                    merged.Set(name, value);
                }
            }

            return merged;
        }

        return live is JsonArray list && wanted is JsonArray items && shape.HasElements ? MergeList(list, items, shape) : wanted;
    }

    // The configuration's elements in its order; what only the live list has keeps its place before the next common element.
    private static JsonArray MergeList(JsonArray live, JsonArray wanted, Shape shape)
    {
        var liveSteps = live.Items.ConvertAll(item => PathStep.Element(item, shape.Field!));
        var liveElements = shape.Elements(live);
        var wantedElements = shape.Elements(wanted);
        var merged = new JsonArray();
        var next = 0;
        foreach (var (step, doubles) in wantedElements)
        {
            if (liveElements.TryGetValue(step, out var old))
            {
                KeepUntil(step);
                merged.Items.Add(Merge(old[^1], doubles[^1], shape.Element));
            }
            else
            {
                merged.Items.Add(doubles[^1]);
            }
        }

        KeepUntil(null);
        return merged;

        void KeepUntil(string? step)
        {
            for (; next < live.Items.Count && (step is null || liveSteps[next] != step); next++)
            {
                if (liveSteps[next] is not { } at || !wantedElements.ContainsKey(at))
                {
                    merged.Items.Add(live.Items[next]);
                }
            }
        }
    }

    private static void PruneIn(JsonNode value, FieldSet former, FieldSet owned, Shape shape)
    {
        if (value is JsonObject members && shape.HasMembers)
        {
            members.Retain(member => Keeps(PathStep.Member(member.Key), member.Value, shape.Declares(member.Key), former, owned, shape.Member(member.Key)));
        }
        else if (value is JsonArray list && shape.HasElements)
        {
            list.Items.RemoveAll(item => PathStep.Element(item, shape.Field!) is { } step && !Keeps(step, item, isDeclared: false, former, owned, shape.Element));
        }
    }

    private static bool Keeps(string step, JsonNode value, bool isDeclared, FieldSet former, FieldSet owned, Shape shape)
    {
        if (former.Find(step) is not { } had)
        {
            return true;
        }

        // A declared field is owned with anything in it; others only where they are named themselves.
        var has = owned.Find(step) ?? FieldSet.Empty;
        if ((had.IsMember || isDeclared) && !(has.IsMember || (isDeclared && !has.IsEmpty)))
        {
            return false;
        }

        PruneIn(value, had, has, shape);
        return true;
    }
}
