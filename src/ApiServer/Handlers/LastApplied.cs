using System.Text;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Handlers;

/// <summary>
/// Lets kubectl go over from applying on its own side to applying on the server's, and back: the annotation in which it
/// keeps what it applied last says what it may take over without a conflict, and is kept up to date.
/// </summary>
internal static class LastApplied
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    // Who does not want this applies under another name.
    private const string Kubectl = "kubectl";

    /// <summary>The conflicts that stay when what kubectl itself applied last is left out.</summary>
    public static IReadOnlyList<ApplyConflict> Unexpected(IReadOnlyList<ApplyConflict> conflicts, Manager manager, JsonObject live, Kind kind, Untracked untracked)
    {
        if (manager.Name != Kubectl || ((live["metadata"] as JsonObject)?["annotations"] as JsonObject)?.FindText(Annotation) is not { Length: > 0 } text)
        {
            return conflicts;
        }

        try
        {
            if (JsonNode.Parse(text) is not JsonObject configuration)
            {
                return conflicts;
            }

            var allowed = Applying.Shared(configuration, live, kind.Schema, untracked);
            return [.. conflicts.Select(conflict => conflict with { Fields = conflict.Fields.Except(allowed) }).Where(static conflict => !conflict.Fields.IsEmpty)];
        }
        catch (ApiJsonException)
        {
            return conflicts;
        }
    }

    /// <summary>The metadata with what was applied now, where it kept what was applied before.</summary>
    public static ObjectMeta Renewed(ObjectMeta metadata, JsonObject configuration, Manager manager)
    {
        if (manager.Name != Kubectl || metadata.Annotations.Find(Annotation) is not { Length: > 0 })
        {
            return metadata;
        }

        var applied = Sorted(configuration);
        ((applied["metadata"] as JsonObject)?["annotations"] as JsonObject)?.Remove(Annotation);
        return metadata with { Annotations = metadata.Annotations.With(Annotation, Encoding.UTF8.GetString(applied.ToUtf8()) + "\n") };
    }

    private static JsonObject Sorted(JsonObject value)
    {
        var sorted = new JsonObject();
        foreach (var (name, member) in value.Members.OrderBy(static member => member.Key, StringComparer.Ordinal))
        {
            sorted.Set(name, SortedNode(member));
        }

        return sorted;
    }

    private static JsonNode SortedNode(JsonNode value) => value switch
    {
        JsonObject members => Sorted(members),
        JsonArray list => JsonArray.Of(list.Items.Select(SortedNode)),
        _ => value,
    };
}
