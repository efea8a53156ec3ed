namespace Navarch.Api.Generator;

/// <summary>Emits the schema. It lives in a nested class, so that it is built when first asked for.</summary>
internal static class SchemaEmitter
{
    public static void Emit(CodeText code, ApiTypeModel type)
    {
        code.Line("public static Schema Schema => SchemaOnce.Value;");
        code.Line("private static class SchemaOnce");
        code.Open();
        code.Line("internal static readonly Schema Value = new()");
        code.Open();
        code.Line("Kind = SchemaKind.Object,");
        code.Line($"Name = {CodeText.Literal(type.SchemaName)},");
        Text(code, "Description", type.Description);
        if (type.Kind is not null)
        {
            code.Line($"GroupVersionKind = ({CodeText.Literal(type.Group)}, {CodeText.Literal(type.Version)}, {CodeText.Literal(type.Kind)}),");
        }

        Flag(code, "IsAtomic", type.IsAtomic);
        code.Line("Fields =");
        code.Line("[");
        foreach (var field in type.Fields)
        {
            EmitField(code, field);
        }

        code.Line("],");
        code.Close(";");
        code.Close();
    }

    private static void EmitField(CodeText code, FieldModel field)
    {
        code.Line($"new SchemaField({CodeText.Literal(field.Json)}, {field.Proto}, static () => {Type(field)})");
        code.Open();
        Text(code, "Description", field.Description);
        Flag(code, "IsRequired", field.IsRequired);
        Flag(code, "IsNullable", field.IsNullable);
        Flag(code, "IsWrittenWhenEmpty", field.IsWrittenWhenEmpty);
        Text(code, "Default", field.DefaultJson ?? "");
        Flag(code, "IsMerged", field.IsMerged);
        Text(code, "MergeKey", field.MergeKey);
        Flag(code, "RetainsKeys", field.RetainsKeys);
        Flag(code, "IsAtomicMap", field.IsAtomicMap);
        if (field.ListType is { } list)
        {
            code.Line($"ListType = ListType.{list},");
        }

        if (field.ListKeys.Count > 0)
        {
            code.Line($"ListMapKeys = [{Literals(field.ListKeys)}],");
        }

        code.Close(",");
    }

    private static string Type(FieldModel field) => field.Shape switch
    {
        FieldShape.List => $"Schema.ListOf({Single(field.ItemShape, field)})",
        FieldShape.Map => $"Schema.MapOf({Single(field.ItemShape, field)})",
        _ => Single(field.Shape, field),
    };

    private static string Single(FieldShape shape, FieldModel field) => shape switch
    {
        FieldShape.Record => field.RecordType + ".Schema",
        FieldShape.Raw => field.Property == "FieldsV1" ? "Schema.FieldsV1" : "Schema.RawExtension",
        FieldShape.List => "Schema.ListOf(Schema.String)",
        FieldShape.String when field.Values.Count > 0 => $"Schema.OneOf({Literals(field.Values)})",
        _ => "Schema." + shape,
    };

    private static string Literals(IEnumerable<string> values) => string.Join(", ", values.Select(CodeText.Literal));

    private static void Flag(CodeText code, string name, bool value)
    {
        if (value)
        {
            code.Line($"{name} = true,");
        }
    }

    private static void Text(CodeText code, string name, string value)
    {
        if (value.Length > 0)
        {
            code.Line($"{name} = {CodeText.Literal(value)},");
        }
    }
}
