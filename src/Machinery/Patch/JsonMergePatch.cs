using Navarch.Machinery.Json;

namespace Navarch.Machinery.Patch;

/// <summary>JSON merge patch, RFC 7386: objects merge, <c>null</c> removes, everything else replaces.</summary>
public static class JsonMergePatch
{
    /// <summary>Changes <paramref name="target"/> in place and returns what it became.</summary>
    /// <exception cref="PatchException">The patch is not an object.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode patch)
    {
        if (patch is not JsonObject changes)
        {
            throw PatchException.Malformed("a merge patch must be a JSON object");
        }

        Merge(target, changes);
        return target;
    }

    /// <summary>The smallest patch that turns <paramref name="from"/> into <paramref name="to"/>, provided that <paramref name="to"/> holds no null.</summary>
    public static JsonObject Diff(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (name, before) in from.Members)
        {
            var after = to[name];
            if (after is null)
            {
                patch[name] = JsonNull.Value;
            }
            else if (before is JsonObject left && after is JsonObject right)
            {
                var inner = Diff(left, right);
                if (inner.Count > 0)
                {
                    patch[name] = inner;
                }
            }
            else if (!before.Equals(after))
            {
                patch[name] = after.Clone();
            }
        }

        foreach (var (name, after) in to.Members)
        {
            if (!from.Has(name))
            {
                patch[name] = after.Clone();
            }
        }

        return patch;
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, change) in patch.Members)
        {
            if (change is JsonNull)
            {
                target.Remove(name);
            }
            else if (change is not JsonObject changes)
            {
                target[name] = change.Clone();
            }
            else if (target[name] is JsonObject inner)
            {
                Merge(inner, changes);
            }
            else
            {
                // Merged into nothing rather than copied, so that nulls inside do not become values.
                var added = new JsonObject();
                Merge(added, changes);
                target[name] = added;
            }
        }
    }
}
