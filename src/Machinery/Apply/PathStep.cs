using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>The steps of a path into an object, as text: <c>f:image</c>, <c>k:{"name":"web"}</c>, <c>v:"a"</c>.</summary>
internal static class PathStep
{
    public static string Member(string name) => "f:" + name;

    /// <summary>The step to an element of a list, or null for an element that cannot be addressed.</summary>
    public static string? Element(JsonNode element, SchemaField list)
    {
        if (list.ListType == ListType.Set)
        {
            return "v:" + element;
        }

        if (element is not JsonObject fields)
        {
            return null;
        }

        // A key that is absent counts with its default: ports are told apart by a protocol that nobody writes.
        var key = new JsonObject();
        foreach (var name in list.ListMapKeys.Order(StringComparer.Ordinal))
        {
            var value = fields[name] ?? DefaultOf(list, name);
            if (value is not null)
            {
                key.Set(name, value);
            }
        }

        return key.Count == 0 ? null : "k:" + key;
    }

    /// <summary>The step as error messages show it.</summary>
    public static string Show(string step)
    {
        if (step[0] == 'f')
        {
            return "." + step[2..];
        }

        if (step[0] == 'k' && JsonNode.Parse(step[2..]) is JsonObject key)
        {
            return "[" + string.Join(",", key.Members.Select(member => $"{member.Key}={member.Value}")) + "]";
        }

        return step[0] == 'v' ? $"[={step[2..]}]" : $"[{step[2..]}]";
    }

    private static JsonNode? DefaultOf(SchemaField list, string key) =>
        list.Type.Items?.FindField(key)?.Default is { } text ? JsonNode.Parse(text) : null;
}
