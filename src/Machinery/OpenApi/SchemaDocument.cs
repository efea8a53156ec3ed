using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.OpenApi;

/// <summary>Describes types in OpenAPI: one definition per named type, everything else in place.</summary>
internal sealed class SchemaDocument(Dialect dialect)
{
    private const string MetaPrefix = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string KindDescription = "The kind of the object. Cannot be changed.";
    private const string ApiVersionDescription = "Group and version of the schema that the object is written in.";

    public static string ListName(Schema kind) => kind.Name + "List";

    /// <summary>The definition of a named type.</summary>
    public JsonObject Definition(Schema schema)
    {
        var node = new JsonObject();
        Text(node, "description", schema.Description);
        switch (schema.Kind)
        {
            case SchemaKind.Object:
                ObjectDefinition(node, schema);
                break;
            case SchemaKind.Quantity:
                OneOf(node, "string", "number");
                break;
            case SchemaKind.IntOrString:
                Text(node, "format", "int-or-string");
                OneOf(node, "integer", "string");
                break;
            default:
                Scalar(node, schema);
                break;
        }

        return node;
    }

    /// <summary>The list of a kind, which no record stands for.</summary>
    public JsonObject ListDefinition(Schema kind, ResourceType type)
    {
        var items = new JsonObject();
        Text(items, "description", $"The {type.Plural} in the list.");
        Text(items, "type", "array");
        items["items"] = Reference(kind.Name);
        var properties = new JsonObject();
        properties["apiVersion"] = Property(Schema.String, ApiVersionDescription);
        properties["items"] = items;
        properties["kind"] = Property(Schema.String, KindDescription);
        properties["metadata"] = Described(Reference(MetaPrefix + "ListMeta"), "Version of the collection, and where the list continues.", null);
        var node = new JsonObject();
        Text(node, "description", $"A list of {type.Plural}.");
        Text(node, "type", "object");
        node["required"] = JsonArray.Of([new JsonText("items")]);
        node["properties"] = properties;
        node["x-kubernetes-group-version-kind"] = JsonArray.Of([GroupVersionKind(type.Group, type.ListKind, type.Version)]);
        return node;
    }

    public JsonObject Reference(string name)
    {
        var node = new JsonObject();
        Text(node, "$ref", (dialect == Dialect.V2 ? "#/definitions/" : "#/components/schemas/") + name);
        return node;
    }

    public static JsonObject GroupVersionKind(string group, string kind, string version)
    {
        var node = new JsonObject();
        node["group"] = new JsonText(group);
        node["kind"] = new JsonText(kind);
        node["version"] = new JsonText(version);
        return node;
    }

    public static void Text(JsonObject node, string name, string value)
    {
        if (value.Length > 0)
        {
            node[name] = new JsonText(value);
        }
    }

    private void ObjectDefinition(JsonObject node, Schema schema)
    {
        Text(node, "type", "object");
        var required = schema.Fields.Where(field => field.IsRequired).Select(field => field.Name).ToList();
        if (required.Count > 0)
        {
            node["required"] = Texts(required);
        }

        var properties = new List<KeyValuePair<string, JsonNode>>(schema.Fields.Select(field => new KeyValuePair<string, JsonNode>(field.Name, Field(field))));
        if (schema.GroupVersionKind is not null)
        {
            properties.Add(new("apiVersion", Property(Schema.String, ApiVersionDescription)));
            properties.Add(new("kind", Property(Schema.String, KindDescription)));
        }

        if (properties.Count > 0)
        {
            var sorted = new JsonObject();
            foreach (var (name, property) in properties.OrderBy(property => property.Key, StringComparer.Ordinal))
            {
                sorted[name] = property;
            }

            node["properties"] = sorted;
        }

        if (schema.GroupVersionKind is { } kind)
        {
            node["x-kubernetes-group-version-kind"] = JsonArray.Of([GroupVersionKind(kind.Group, kind.Kind, kind.Version)]);
        }

        if (schema.IsAtomic)
        {
            Text(node, "x-kubernetes-map-type", "atomic");
        }
    }

    private JsonObject Field(SchemaField field)
    {
        var node = Property(field.Type, field.Description, Default(field));
        Extensions(node, field);
        return node;
    }

    private JsonObject Property(Schema type, string description, JsonNode? defaultValue = null) => Described(Inline(type), description, defaultValue);

    /// <summary>A reference may have no neighbours in v3, so it is wrapped where it has any.</summary>
    private JsonObject Described(JsonObject type, string description, JsonNode? defaultValue)
    {
        var node = new JsonObject();
        if (type.Has("$ref") && dialect == Dialect.V3 && (description.Length > 0 || defaultValue is not null))
        {
            node["allOf"] = JsonArray.Of([type]);
        }
        else
        {
            foreach (var (name, value) in type.Members)
            {
                node[name] = value;
            }
        }

        if (defaultValue is not null && (dialect == Dialect.V3 || !node.Has("$ref")))
        {
            node["default"] = defaultValue;
        }

        Text(node, "description", description);
        return node;
    }

    /// <summary>The type where it is used: a reference for a named type.</summary>
    private JsonObject Inline(Schema type)
    {
        if (type.Name.Length > 0)
        {
            return Reference(type.Name);
        }

        var node = new JsonObject();
        Scalar(node, type);
        return node;
    }

    private void Scalar(JsonObject node, Schema type)
    {
        switch (type.Kind)
        {
            case SchemaKind.List:
                Text(node, "type", "array");
                node["items"] = Element(type.Items!);
                break;
            case SchemaKind.Map:
                Text(node, "type", "object");
                node["additionalProperties"] = Element(type.Items!);
                break;
            case SchemaKind.Int32:
                Typed("integer", "int32");
                break;
            case SchemaKind.Int64:
                Typed("integer", "int64");
                break;
            case SchemaKind.Double:
                Typed("number", "double");
                break;
            case SchemaKind.Boolean:
                Typed("boolean", "");
                break;
            case SchemaKind.Bytes:
                Typed("string", "byte");
                break;
            case SchemaKind.Time or SchemaKind.MicroTime:
                Typed("string", "date-time");
                break;
            case SchemaKind.Any:
                break; // Without a type, any value fits.
            case SchemaKind.RawObject or SchemaKind.Object:
                Typed("object", "");
                break;
            default:
                Typed("string", "");
                if (type.Values.Count > 0)
                {
                    node["enum"] = Texts(type.Values.Distinct().Order(StringComparer.Ordinal));
                }

                break;
        }

        void Typed(string name, string format)
        {
            Text(node, "type", name);
            Text(node, "format", format);
        }
    }

    private JsonObject Element(Schema type)
    {
        var node = Inline(type);
        return dialect == Dialect.V3 ? Described(node, "", Zero(type)) : node;
    }

    private JsonNode? Default(SchemaField field)
    {
        if (field.Default is { } given)
        {
            return JsonNode.Parse(given);
        }

        if (dialect == Dialect.V2 || field.IsNullable)
        {
            return null;
        }

        // Only what is written when empty has a value when it was not given; a struct always is something.
        return field.Type.Kind == SchemaKind.Object ? new JsonObject() : field.IsWrittenWhenEmpty ? Zero(field.Type) : null;
    }

    private static JsonNode? Zero(Schema type) => type.Kind switch
    {
        SchemaKind.Object => new JsonObject(),
        SchemaKind.String => new JsonText(""),
        SchemaKind.Int32 or SchemaKind.Int64 or SchemaKind.Double => new JsonNumber("0"),
        SchemaKind.Boolean => JsonBoolean.False,
        _ => null,
    };

    private void OneOf(JsonObject node, params string[] types)
    {
        if (dialect == Dialect.V2)
        {
            Text(node, "type", "string");
            return;
        }

        node["oneOf"] = JsonArray.Of(types.Select(type =>
        {
            var one = new JsonObject();
            Text(one, "type", type);
            return one;
        }));
    }

    private static void Extensions(JsonObject node, SchemaField field)
    {
        if (field.ListMapKeys.Count > 0)
        {
            node["x-kubernetes-list-map-keys"] = Texts(field.ListMapKeys);
        }

        if (field.ListType != ListType.Unspecified)
        {
            Text(node, "x-kubernetes-list-type", field.ListType.ToString().ToLowerInvariant());
        }

        if (field.IsAtomicMap)
        {
            Text(node, "x-kubernetes-map-type", "atomic");
        }

        Text(node, "x-kubernetes-patch-merge-key", field.MergeKey);
        Text(node, "x-kubernetes-patch-strategy", (field.IsMerged, field.RetainsKeys) switch
        {
            (true, true) => "merge,retainKeys",
            (true, false) => "merge",
            (false, true) => "retainKeys",
            _ => "",
        });
    }

    internal static JsonArray Texts(IEnumerable<string> values) => JsonArray.Of(values.Select(value => new JsonText(value)));
}
