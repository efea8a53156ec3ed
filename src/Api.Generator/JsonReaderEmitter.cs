namespace Navarch.Api.Generator;

/// <summary>Emits <c>Read</c>: names are told apart by length first, then compared as bytes.</summary>
internal static class JsonReaderEmitter
{
    public static void Emit(CodeText code, ApiTypeModel type)
    {
        code.Line($"public static {type.Name} Read(ref ApiReader r)");
        code.Open();
        code.Line($"if (!r.BeginObject({CodeText.Literal(type.Name)})) {{ return Empty; }}");
        foreach (var field in type.Fields)
        {
            code.Line($"{field.CSharpType} f{field.Index} = {Absent(field)};");
        }

        var names = type.Fields.Select(field => (field.Json, Field: (FieldModel?)field)).ToList();
        if (type.Kind is not null)
        {
            names.Add(("kind", null));
            names.Add(("apiVersion", null));
        }

        if (names.Count == 0)
        {
            code.Line("while (r.NextField()) { r.UnknownField(); }");
            code.Line("return Empty;");
            code.Close();
            return;
        }

        code.Line("ulong seen = 0;");
        code.Line("while (r.NextField())");
        code.Open();
        code.Line("switch (r.NameLength)");
        code.Open();
        foreach (var group in names.GroupBy(name => name.Json.Length).OrderBy(group => group.Key))
        {
            code.Line($"case {group.Key}:");
            foreach (var (json, field) in group)
            {
                code.Line(field is null
                    ? $"    if (r.NameIs(\"{json}\"u8)) {{ r.SkipTypeField(); continue; }}"
                    : $"    if (r.NameIs(\"{json}\"u8)) {{ r.Field(\"{json}\", ref seen, {field.Index}); f{field.Index} = {Value(field)}; continue; }}");
            }

            code.Line("    break;");
        }

        code.Close();
        code.Line("r.UnknownField();");
        code.Close();
        EmitDefaults(code, type);
        code.Line($"return new {type.Name}");
        code.Open();
        foreach (var field in type.Fields)
        {
            code.Line($"{field.Property} = f{field.Index},");
        }

        code.Close(";");
        code.Close();
    }

    private static void EmitDefaults(CodeText code, ApiTypeModel type)
    {
        var defaulted = type.Fields.Where(field => field.Default is not null).ToList();
        if (defaulted.Count == 0)
        {
            return;
        }

        code.Line("if (r.AppliesDefaults)");
        code.Open();
        foreach (var field in defaulted)
        {
            code.Line(field.IsNullable
                ? $"f{field.Index} ??= {field.Default};"
                : field.Shape == FieldShape.String
                    ? $"if (f{field.Index}.Length == 0) {{ f{field.Index} = {field.Default}; }}"
                    : $"if (f{field.Index} == default) {{ f{field.Index} = {field.Default}; }}");
        }

        code.Close();
    }

    internal static string Absent(FieldModel field) => field.IsNullable ? "null" : field.Shape switch
    {
        FieldShape.String => "\"\"",
        FieldShape.List or FieldShape.Map => "[]",
        FieldShape.Record => field.RecordType + ".Empty",
        _ => "default",
    };

    private static string Value(FieldModel field)
    {
        var nullable = field.IsNullable ? "Nullable" : "";
        return field.Shape switch
        {
            FieldShape.Time => "r.ReadTime()",
            FieldShape.MicroTime => "r.ReadMicroTime()",
            FieldShape.Raw => "r.ReadRaw()",
            FieldShape.Record => $"r.Read{nullable}<{field.RecordType}>()",
            FieldShape.List => (field.IsNullable ? "r.IsNull ? null : " : "") + field.ItemShape switch
            {
                FieldShape.Record => $"r.ReadList<{field.RecordType}>({CodeText.Literal(field.RecordName)})",
                FieldShape.String => "r.ReadStrings()",
                FieldShape.Int32 => "r.ReadInt32s()",
                FieldShape.Int64 => "r.ReadInt64s()",
                FieldShape.Boolean => "r.ReadBooleans()",
                _ => "r.ReadQuantities()",
            },
            FieldShape.Map => (field.IsNullable ? "r.IsNull ? null : " : "") + field.ItemShape switch
            {
                FieldShape.Record => $"r.ReadMap<{field.RecordType}>({CodeText.Literal(field.RecordName)})",
                FieldShape.Quantity => "r.ReadQuantityMap()",
                FieldShape.Bytes => "r.ReadBytesMap()",
                FieldShape.List => "r.ReadStringsMap()",
                FieldShape.Time => "r.ReadTimeMap()",
                _ => "r.ReadStringMap()",
            },
            _ => $"r.Read{nullable}{field.Shape}()",
        };
    }
}
