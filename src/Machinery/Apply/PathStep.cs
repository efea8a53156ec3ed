using System.Text;
using Navarch.Api;
using Navarch.Api.Json;
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
        var key = new ApiWriter(128);
        key.BeginObject();
        var count = 0;
        foreach (var name in list.ListMapKeys.Count > 1 ? list.ListMapKeys.Order(StringComparer.Ordinal) : (IEnumerable<string>)list.ListMapKeys)
        {
            var value = fields[name] ?? DefaultOf(list, name);
            if (value is not null)
            {
                key.Key(name);
                value.Write(key);
                count++;
            }
        }

        key.EndObject();
        return count == 0 ? null : "k:" + Encoding.UTF8.GetString(key.Written.Span);
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
