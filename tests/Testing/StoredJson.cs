using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Machinery.Json;

namespace Navarch.Testing;

/// <summary>Objects as trees, for what a store does whatever the kind.</summary>
internal static class StoredJson
{
    public static JsonObject Tree(IResource resource) => (JsonObject)JsonNode.Parse(ApiJson.ToUtf8(resource));

    public static T Typed<T>(JsonObject tree) where T : IApiType<T> => ApiJson.Parse<T>(tree.ToUtf8());

    /// <summary>The object with a member of another one, or without it when that has none.</summary>
    public static T WithMemberOf<T>(string member, T resource, T other) where T : class, IResource<T>
    {
        var tree = Tree(resource);
        if (Tree(other)[member] is { } value)
        {
            tree.Set(member, value);
        }
        else
        {
            tree.Remove(member);
        }

        return Typed<T>(tree);
    }

    public static JsonNode? Member(IResource resource, string member) => Tree(resource)[member];

    /// <summary>The text at a path such as <c>spec.nodeName</c>; empty where there is nothing.</summary>
    public static string Text(IResource resource, string path)
    {
        JsonNode? node = Tree(resource);
        foreach (var step in path.Split('.'))
        {
            node = (node as JsonObject)?[step];
        }

        return node switch { JsonText text => text.Value, null => "", _ => node.ToString() };
    }
}
