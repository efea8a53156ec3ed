using System.Diagnostics.CodeAnalysis;
using Navarch.Api.Json;

namespace Navarch.Machinery.Json;

/// <summary>A JSON object whose members keep the order they were added in.</summary>
public sealed class JsonObject : JsonNode
{
    // Members are found by scanning until there are many: most objects of the API have a handful.
    private const int IndexedFrom = 12;

    // A member that was removed leaves a place without a name while there is an index, so that removing all of many is cheap.
    private readonly List<KeyValuePair<string, JsonNode>> members = [];
    private Dictionary<string, int>? index;
    private int removed;

    public int Count => members.Count - removed;

    public IReadOnlyList<KeyValuePair<string, JsonNode>> Members
    {
        get
        {
            Tidy();
            return members;
        }
    }

    /// <summary>The member, or null where there is none. Setting an existing member keeps its place.</summary>
    [DisallowNull]
    public JsonNode? this[string name]
    {
        get => IndexOf(name) is >= 0 and var at ? members[at].Value : null;
        set => Set(name, value);
    }

    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>The text of the member if it is a string; null otherwise.</summary>
    public string? FindText(string name) => (this[name] as JsonText)?.Value;

    /// <summary>Sets a member. False when it was there before.</summary>
    public bool Set(string name, JsonNode value)
    {
        var at = IndexOf(name);
        if (at >= 0)
        {
            members[at] = new(name, value);
            return false;
        }

        index?.Add(name, members.Count);
        members.Add(new(name, value));
        return true;
    }

    public bool Remove(string name)
    {
        var at = IndexOf(name);
        if (at < 0)
        {
            return false;
        }

        if (index is null)
        {
            members.RemoveAt(at);
        }
        else
        {
            members[at] = default;
            index.Remove(name);
            removed++;
        }

        return true;
    }

    /// <summary>Keeps the members for which <paramref name="keep"/> holds.</summary>
    public void Retain(Predicate<KeyValuePair<string, JsonNode>> keep)
    {
        Tidy();
        members.RemoveAll(member => !keep(member));
        index = null;
    }

    public override void Write(ApiWriter writer)
    {
        writer.BeginObject();
        foreach (var (name, value) in Members)
        {
            writer.Key(name);
            value.Write(writer);
        }

        writer.EndObject();
    }

    public override JsonNode Clone()
    {
        var copy = new JsonObject();
        foreach (var (name, value) in Members)
        {
            copy.members.Add(new(name, value.Clone()));
        }

        return copy;
    }

    public override bool Equals(JsonNode? other)
    {
        if (other is not JsonObject that || that.Count != Count)
        {
            return false;
        }

        foreach (var (name, value) in Members)
        {
            if (!value.Equals(that[name]))
            {
                return false;
            }
        }

        return true;
    }

    // Whoever sends a hundred thousand objects must not choose which of them are alike; their order does not matter.
    public override int GetHashCode() => Members.Aggregate(Count, static (hash, member) => unchecked(hash + HashCode.Combine(member.Key, member.Value)));

    private int IndexOf(string name)
    {
        if (index is null && members.Count < IndexedFrom)
        {
            for (var i = 0; i < members.Count; i++)
            {
                if (members[i].Key == name)
                {
                    return i;
                }
            }

            return -1;
        }

        if (index is null)
        {
            index = new Dictionary<string, int>(members.Count, StringComparer.Ordinal);
            for (var i = 0; i < members.Count; i++)
            {
                index.Add(members[i].Key, i);
            }
        }

        return index.GetValueOrDefault(name, -1);
    }

    private void Tidy()
    {
        if (removed > 0)
        {
            members.RemoveAll(static member => member.Key is null);
            index = null;
            removed = 0;
        }
    }
}
