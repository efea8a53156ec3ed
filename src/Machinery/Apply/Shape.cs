using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>
/// How ownership sees a value: as one thing, as members, or as elements with an identity. This is the single place where
/// the schema's list and map types are interpreted for apply.
/// </summary>
internal readonly record struct Shape(Schema? Schema, SchemaField? Field)
{
    /// <summary>Members are owned one by one.</summary>
    public bool HasMembers => Schema switch
    {
        null => true,
        { Kind: SchemaKind.Object or SchemaKind.Map } => !Schema.IsAtomic && Field is not { IsAtomicMap: true },
        _ => false,
    };

    /// <summary>Elements are owned one by one.</summary>
    public bool HasElements => Schema is { Kind: SchemaKind.List } && Field is { ListType: ListType.Map or ListType.Set };

    /// <summary>The member is a declared field of a struct, so that it does not need to be owned itself when it has owned parts.</summary>
    public bool Declares(string member) => Schema is { Kind: SchemaKind.Object } && Schema.FindField(member) is not null;

    public Shape Member(string name) => Schema switch
    {
        { Kind: SchemaKind.Object } when Schema.FindField(name) is { } field => new Shape(field.Type, field),
        { Kind: SchemaKind.Map } => new Shape(Schema.Items, null),

        // Nothing is known of it: a scalar or a list is owned as a whole, an object by its members.
        _ => default,
    };

    public Shape Element => new(Schema?.Items, null);

    /// <summary>The elements of a list by their steps. Elements without an identity are left out; of doubles the last counts.</summary>
    public Dictionary<string, JsonNode> Elements(JsonArray list)
    {
        var elements = new Dictionary<string, JsonNode>(list.Items.Count, StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (PathStep.Element(item, Field!) is { } step)
            {
                elements[step] = item;
            }
        }

        return elements;
    }
}
