using Navarch.Api;

namespace Navarch.Machinery.Cel;

/// <summary>The types that expressions see objects of the API as.</summary>
public static class SchemaTypes
{
    // Names that an expression cannot spell have another form: what stands between two double underscores.
    private static readonly Dictionary<string, string> Escapes = new()
    {
        ["__underscores__"] = "__", ["__dot__"] = ".", ["__dash__"] = "-", ["__slash__"] = "/",
    };

    /// <summary>Fields are found when they are asked for: types of the API contain themselves.</summary>
    public static CelType Of(Schema schema) => schema.Kind switch
    {
        SchemaKind.Object => CelType.Object(schema.Name.Length > 0 ? schema.Name : "object", name => Field(schema, name)),
        SchemaKind.Map => CelType.Map(CelType.String, Of(schema.Items!)),
        SchemaKind.List => CelType.List(Of(schema.Items!)),
        SchemaKind.String or SchemaKind.Duration => CelType.String,
        SchemaKind.Int32 or SchemaKind.Int64 => CelType.Int,
        SchemaKind.Double => CelType.Double,
        SchemaKind.Boolean => CelType.Bool,
        SchemaKind.Bytes => CelType.Bytes,
        SchemaKind.Time or SchemaKind.MicroTime => CelType.Timestamp,
        _ => CelType.Dyn,
    };

    private static CelType? Field(Schema schema, string name)
    {
        if (schema.FindField(name) is { } field)
        {
            return Of(field.Type);
        }

        if (schema.GroupVersionKind is not null && name is "apiVersion" or "kind")
        {
            return CelType.String;
        }

        return name.Contains("__") && Unescape(name) is var plain && plain != name && schema.FindField(plain) is { } escaped ? Of(escaped.Type) : null;
    }

    private static string Unescape(string name)
    {
        foreach (var (escape, plain) in Escapes)
        {
            name = name.Replace(escape, plain);
        }

        return name.Length > 4 && name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) ? name[2..^2] : name;
    }
}
