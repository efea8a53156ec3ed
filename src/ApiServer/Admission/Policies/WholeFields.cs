using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>
/// Finds fields that can only be replaced as a whole. A policy that names one would take away what it does not know of, so it
/// has to say so with a patch.
/// </summary>
internal static class WholeFields
{
    /// <summary>Path of the first such field; null where there is none.</summary>
    public static string? In(JsonObject value, Schema schema)
    {
        foreach (var (name, member) in value.Members)
        {
            if (schema.FindField(name) is { } field && In(member, field) is { } path)
            {
                return $".{name}{path}";
            }
        }

        return null;
    }

    private static string? In(JsonNode value, SchemaField field) => (field.Type.Kind, value) switch
    {
        (SchemaKind.List, _) when field.ListType is ListType.Atomic or ListType.Unspecified => "",
        (SchemaKind.List, JsonArray array) when field.ListType == ListType.Map => array.Items.OfType<JsonObject>().Select(item => In(item, field.Type.Items!)).FirstOrDefault(static path => path is not null),
        (SchemaKind.Map or SchemaKind.Object, _) when field.IsAtomicMap || field.Type.IsAtomic => "",
        (SchemaKind.Object, JsonObject inner) => In(inner, field.Type),
        _ => null,
    };
}
