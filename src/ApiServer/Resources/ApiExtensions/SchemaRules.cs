using Navarch.Api.ApiExtensions.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.ApiExtensions;

/// <summary>
/// The rules of a structural schema: every value has exactly one type, told outside of allOf, anyOf, oneOf and not, so
/// that objects can be pruned, defaulted and merged without trying alternatives.
/// </summary>
internal static class SchemaRules
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];
    private static readonly string[] ListTypes = ["atomic", "map", "set"];
    private static readonly string[] MapTypes = ["atomic", "granular"];
    private static readonly string[] Reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    public static void Validate(FieldErrors errors, FieldPath path, JSONSchemaProps root)
    {
        if (root.Type.Length > 0 && root.Type != "object")
        {
            errors.Invalid(path / "type", root.Type, "must be object at the root");
        }

        if (root.Nullable)
        {
            errors.Forbidden(path / "nullable", "nullable cannot be true at the root");
        }

        Node(errors, path, root, "at the root");
        if (root.Properties.Find("metadata") is { } metadata && !IsNamesOnly(metadata))
        {
            errors.Forbidden((path / "properties")["metadata"], "must not specify anything other than name and generateName, but metadata is implicitly specified");
        }
    }

    /// <param name="where">How a missing type is spoken of.</param>
    private static void Node(FieldErrors errors, FieldPath path, JSONSchemaProps schema, string where)
    {
        Unsupported(errors, path, schema);
        if (schema.Type.Length == 0)
        {
            if (!schema.XIntOrString && schema.XPreserveUnknownFields != true)
            {
                errors.Required(path / "type", "must not be empty " + where);
            }
        }
        else if (schema.Type != "null")
        {
            errors.OneOf(path, "type", schema.Type, Types);
        }

        Extensions(errors, path, schema);
        Expressions(errors, path / "x-kubernetes-validations", schema.XValidations);
        foreach (var (name, property) in schema.Properties)
        {
            Node(errors, (path / "properties")[name], property, "for specified object fields");
        }

        if (schema.AdditionalProperties?.Props is { } additional)
        {
            Node(errors, path / "additionalProperties", additional, "for specified object fields");
        }

        if (schema.Items?.Props is { } items)
        {
            Node(errors, path / "items", items, "for specified array items");
        }
        else if (schema.Type == "array" && schema.Items is null)
        {
            errors.Required(path / "items", "must be specified");
        }

        Alternatives(errors, path, schema, schema);
    }

    private static void Unsupported(FieldErrors errors, FieldPath path, JSONSchemaProps schema)
    {
        Refuse(schema.Ref is not null, "$ref", "$ref is not supported");
        Refuse(schema.ID.Length > 0, "id", "id is not supported");
        Refuse(schema.Definitions.Count > 0, "definitions", "definitions is not supported");
        Refuse(schema.Dependencies.Count > 0, "dependencies", "dependencies is not supported");
        Refuse(schema.PatternProperties.Count > 0, "patternProperties", "patternProperties is not supported");
        Refuse(schema.AdditionalItems is not null, "additionalItems", "additionalItems is not supported");
        Refuse(schema.Type == "null", "type", "type cannot be set to null, use nullable as an alternative");
        Refuse(schema.Items is { Each.Count: > 0 }, "items", "items must be a schema object and not an array");
        Refuse(schema.UniqueItems, "uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        Refuse(schema.AdditionalProperties is { Allows: false, Props: null }, "additionalProperties", "additionalProperties cannot be set to false");
        Refuse(schema.AdditionalProperties is not null and not { Allows: false, Props: null } && schema.Properties.Count > 0, "additionalProperties", "additionalProperties and properties are mutual exclusive");

        void Refuse(bool isUsed, string field, string why)
        {
            if (isUsed)
            {
                errors.Forbidden(path / field, why);
            }
        }
    }

    private static void Extensions(FieldErrors errors, FieldPath path, JSONSchemaProps schema)
    {
        if (schema.XPreserveUnknownFields == false)
        {
            errors.Invalid(path / "x-kubernetes-preserve-unknown-fields", false, "must be true or undefined");
        }

        if (schema.XIntOrString && schema.Type.Length > 0)
        {
            errors.Forbidden(path / "type", "must be empty if x-kubernetes-int-or-string is true");
        }

        if (schema.XEmbeddedResource)
        {
            if (schema.Type != "object")
            {
                errors.Invalid(path / "type", schema.Type, "must be object if x-kubernetes-embedded-resource is true");
            }

            if (schema.Properties.Count == 0 && schema.XPreserveUnknownFields != true)
            {
                errors.Required(path / "properties", "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields");
            }
        }

        if (schema.XListType is { } list)
        {
            errors.OneOf(path, "x-kubernetes-list-type", list, ListTypes);
            if (schema.Type != "array")
            {
                errors.Invalid(path / "type", schema.Type, "must be array if x-kubernetes-list-type is specified");
            }
        }

        if (schema.XListType == "map")
        {
            MapKeys(errors, path, schema);
        }
        else if (schema.XListMapKeys.Count > 0)
        {
            errors.Invalid(path / "x-kubernetes-list-type", schema.XListType, "must be map if x-kubernetes-list-map-keys is non-empty");
        }

        if (schema.XMapType is { } map)
        {
            errors.OneOf(path, "x-kubernetes-map-type", map, MapTypes);
            if (schema.Type != "object")
            {
                errors.Invalid(path / "type", schema.Type, "must be object if x-kubernetes-map-type is specified");
            }
        }
    }

    private static void MapKeys(FieldErrors errors, FieldPath path, JSONSchemaProps schema)
    {
        var keys = schema.XListMapKeys;
        if (keys.Count == 0)
        {
            errors.Required(path / "x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        }

        var items = schema.Items?.Props;
        if (items is not null && items.Type != "object")
        {
            errors.Invalid(path / "items" / "type", items.Type, "must be object if parent array's x-kubernetes-list-type is map");
        }

        var isRepeated = Repeats.Of(keys);
        for (var i = 0; i < keys.Count; i++)
        {
            var at = (path / "x-kubernetes-list-map-keys")[i];
            if (isRepeated[i])
            {
                errors.Duplicate(at, keys[i]);
            }

            if (items?.Properties.Find(keys[i]) is not { } property)
            {
                errors.Invalid(at, keys[i], "entries must all be names of item properties");
                continue;
            }

            var place = (path / "items" / "properties")[keys[i]];
            if (property.Type is "object" or "array")
            {
                errors.Invalid(place / "type", property.Type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
            }

            if (property.Nullable)
            {
                errors.Forbidden(place / "nullable", "cannot be nullable if parent array's x-kubernetes-list-type is map");
            }

            if (property.Default is null && !items.Required.Contains(keys[i]))
            {
                errors.Required(place / "default", "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
            }
        }
    }

    private static void Expressions(FieldErrors errors, FieldPath path, IReadOnlyList<ValidationRule> rules)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var (at, rule) = (path[i], rules[i]);
            var message = rule.Message.Trim();
            if (string.IsNullOrWhiteSpace(rule.Rule))
            {
                errors.Required(at / "rule", "rule is not specified");
            }

            if (rule.Message.Length > 0 && message.Length == 0)
            {
                errors.Invalid(at / "message", rule.Message, "message must be non-empty if specified");
            }
            else if (HasLineBreaks(message))
            {
                errors.Invalid(at / "message", rule.Message, "message must not contain line breaks");
            }
            else if (HasLineBreaks(rule.Rule.Trim()) && message.Length == 0)
            {
                errors.Required(at / "message", "message must be specified if rule contains line breaks");
            }

            if (rule.Reason is { } reason)
            {
                errors.OneOf(at, "reason", reason, Reasons);
            }
        }
    }

    /// <summary>Within alternatives values are told apart, never described: what they name is named outside too.</summary>
    private static void Alternatives(FieldErrors errors, FieldPath path, JSONSchemaProps schema, JSONSchemaProps outside)
    {
        Each("allOf", schema.AllOf);
        Each("anyOf", schema.AnyOf);
        Each("oneOf", schema.OneOf);
        if (schema.Not is { } not)
        {
            Alternative(errors, path / "not", not, outside);
        }

        void Each(string name, IReadOnlyList<JSONSchemaProps> list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                Alternative(errors, (path / name)[i], list[i], outside);
            }
        }
    }

    private static void Alternative(FieldErrors errors, FieldPath path, JSONSchemaProps schema, JSONSchemaProps outside)
    {
        Refuse(schema.Type.Length > 0 && !outside.XIntOrString, "type", "must be empty to be structural");
        Refuse(schema.Title.Length > 0, "title", "must be empty to be structural");
        Refuse(schema.Description.Length > 0, "description", "must be empty to be structural");
        Refuse(schema.Default is not null, "default", "must be undefined to be structural");
        Refuse(schema.AdditionalProperties is not null, "additionalProperties", "must be undefined to be structural");
        Refuse(schema.Nullable, "nullable", "must be false to be structural");
        Refuse(schema.XPreserveUnknownFields is not null, "x-kubernetes-preserve-unknown-fields", "must be undefined to be structural");
        Refuse(schema.XEmbeddedResource, "x-kubernetes-embedded-resource", "must be false to be structural");
        Refuse(schema.XIntOrString, "x-kubernetes-int-or-string", "must be false to be structural");
        Refuse(schema.XListType is not null, "x-kubernetes-list-type", "must be undefined to be structural");
        Refuse(schema.XMapType is not null, "x-kubernetes-map-type", "must be undefined to be structural");
        foreach (var (name, property) in schema.Properties)
        {
            if (outside.Properties.Find(name) is { } known)
            {
                Alternative(errors, (path / "properties")[name], property, known);
            }
            else if (outside.AdditionalProperties?.Props is not { } rest)
            {
                errors.Required((path / "properties")[name], "must be specified outside of allOf, anyOf, oneOf and not too");
            }
            else
            {
                Alternative(errors, (path / "properties")[name], property, rest);
            }
        }

        if (schema.Items?.Props is { } items && outside.Items?.Props is { } element)
        {
            Alternative(errors, path / "items", items, element);
        }

        Alternatives(errors, path, schema, outside);

        void Refuse(bool isUsed, string field, string why)
        {
            if (isUsed)
            {
                errors.Forbidden(path / field, why);
            }
        }
    }

    private static bool IsNamesOnly(JSONSchemaProps metadata) =>
        metadata with { Type = "", Description = "", Properties = [] } == JSONSchemaProps.Empty && metadata.Properties.Keys.All(static name => name is "name" or "generateName");

    private static bool HasLineBreaks(string text) => text.AsSpan().IndexOfAny('\n', '\r') >= 0;
}
