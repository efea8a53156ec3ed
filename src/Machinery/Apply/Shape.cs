using System.Runtime.CompilerServices;
using System.Text;
using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>
/// How ownership sees a value: as one thing, as members, or as elements with an identity. This is the single place where
/// the schema's list and map types are interpreted for apply.
/// </summary>
/// <remarks>Made once per schema and kept: every write asks. Parts are made when first asked for, so types may hold themselves.</remarks>
internal sealed class Shape
{
    /// <summary>Nothing is known of it: a scalar or a list is owned as a whole, an object by its members.</summary>
    public static readonly Shape Unknown = new(null, null);

    private static readonly ConditionalWeakTable<Schema, Shape> Roots = [];

    private readonly Schema? schema;
    private ShapeMember[]? declared;
    private ShapeKey[]? keys;
    private Shape? items;

    private Shape(Schema? schema, SchemaField? field)
    {
        this.schema = schema;
        Field = field;
        HasMembers = schema is null || (schema.Kind is SchemaKind.Object or SchemaKind.Map && !schema.IsAtomic && field is not { IsAtomicMap: true });
        HasElements = schema is { Kind: SchemaKind.List } && field is { ListType: ListType.Map or ListType.Set };
    }

    /// <summary>The field whose value this is; null for elements and roots.</summary>
    public SchemaField? Field { get; }

    /// <summary>Members are owned one by one.</summary>
    public bool HasMembers { get; }

    /// <summary>Elements are owned one by one.</summary>
    public bool HasElements { get; }

    /// <summary>Elements are told apart by their values, not by keys in them.</summary>
    public bool IsSet => Field?.ListType == ListType.Set;

    /// <summary>Declared members of a struct, in the order they are written; empty for the rest.</summary>
    public ReadOnlySpan<ShapeMember> Declared => declared ??= DeclaredOf(schema);

    /// <summary>What tells elements apart, sorted by name.</summary>
    public ReadOnlySpan<ShapeKey> Keys => keys ??= [.. (Field?.ListMapKeys ?? []).Order(StringComparer.Ordinal).Select(name => new ShapeKey(name, schema!.Items?.FindField(name)?.Default))];

    public Shape Element => items ??= schema?.Items is { } item ? new Shape(item, null) : Unknown;

    /// <summary>Of what a member is that is not declared.</summary>
    public Shape MapElement => schema is { Kind: SchemaKind.Map } ? Element : Unknown;

    public static Shape Of(Schema schema) => Roots.GetValue(schema, static root => new Shape(root, null));

    /// <summary>The member is a declared field of a struct, so that it does not need to be owned itself when it has owned parts.</summary>
    public bool Declares(string member) => schema is { Kind: SchemaKind.Object } && schema.FindField(member) is not null;

    public Shape Member(string name)
    {
        foreach (var member in Declared)
        {
            if (member.Name == name)
            {
                return member.Shape;
            }
        }

        return MapElement;
    }

    /// <summary>The elements of a list by their steps. Elements without an identity are left out; doubles follow each other.</summary>
    public Dictionary<string, List<JsonNode>> Elements(JsonArray list)
    {
        var elements = new Dictionary<string, List<JsonNode>>(list.Items.Count, StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (PathStep.Element(item, Field!) is { } step)
            {
                if (!elements.TryGetValue(step, out var same))
                {
                    elements[step] = same = new(1);
                }

                same.Add(item);
            }
        }

        return elements;
    }

    internal static Shape OfField(SchemaField field) => new(field.Type, field);

    private static ShapeMember[] DeclaredOf(Schema? schema)
    {
        if (schema is not { Kind: SchemaKind.Object })
        {
            return [];
        }

        var ranks = schema.Fields.Select(static field => Encoding.UTF8.GetBytes(field.Name)).ToArray();
        var sorted = ranks.Order(Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right))).ToList();
        return [.. schema.Fields.Select((field, i) => new ShapeMember(field, ranks[i], sorted.IndexOf(ranks[i])))];
    }
}

/// <summary>A declared member of a struct.</summary>
/// <param name="rank">Place among the members when they are sorted by name.</param>
internal sealed class ShapeMember(SchemaField source, byte[] utf8Name, int rank)
{
    private Shape? shape;

    public string Name => source.Name;

    public byte[] Utf8Name => utf8Name;

    public int Rank => rank;

    public Shape Shape => shape ??= Shape.OfField(source);
}

/// <summary>A part of an element that tells it from the others.</summary>
internal sealed class ShapeKey
{
    public ShapeKey(string name, string? defaultJson)
    {
        Utf8Name = Encoding.UTF8.GetBytes(name);
        Head = Encoding.UTF8.GetBytes($"\\\"{name}\\\":");
        Default = defaultJson is null ? [] : JsonNode.Parse(defaultJson).ToUtf8();
    }

    public byte[] Utf8Name { get; }

    /// <summary>Name and colon as they stand in a step that is itself a JSON string: <c>\"name\":</c>.</summary>
    public byte[] Head { get; }

    /// <summary>What an absent key counts as, as JSON; empty where it does not count.</summary>
    public byte[] Default { get; }
}
