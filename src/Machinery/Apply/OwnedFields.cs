using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>The fields that an applied configuration speaks of.</summary>
internal static class OwnedFields
{
    public static FieldSet Of(JsonObject configuration, Schema schema) => Of(configuration, Shape.Of(schema));

    private static FieldSet Of(JsonNode value, Shape shape) => value switch
    {
        JsonObject members when shape.HasMembers => FieldSet.Of(false, members.Members.Select(member => KeyValuePair.Create(PathStep.Member(member.Key), OfMember(member.Key, member.Value, shape)))),
        JsonArray list when shape.HasElements => FieldSet.Of(false, shape.Elements(list).Select(item => KeyValuePair.Create(item.Key, item.Value.Count > 1 ? FieldSet.Self : FieldSet.Self.Union(Of(item.Value[0], shape.Element))))),
        JsonObject when shape.HasMembers => FieldSet.Empty,
        _ => FieldSet.Self,
    };

    private static FieldSet OfMember(string name, JsonNode value, Shape parent)
    {
        var owned = value is JsonNull ? FieldSet.Self : Of(value, parent.Member(name));
        var isBare = value is JsonObject { Count: 0 };
        return isBare || !parent.Declares(name) ? owned.Union(FieldSet.Self) : owned;
    }
}
