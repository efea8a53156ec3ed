namespace Navarch.Api.Generator;

/// <summary>Emits <c>Write</c> with the API's rules of what is left out.</summary>
internal static class JsonWriterEmitter
{
    public static void Emit(CodeText code, ApiTypeModel type)
    {
        if (type.Kind is not null)
        {
            var apiVersion = type.Group.Length == 0 ? type.Version : $"{type.Group}/{type.Version}";
            code.Line("public void WriteObject(ApiWriter w)");
            code.Open();
            code.Line("w.BeginObject();");
            code.Line($"w.Raw({CodeText.Literal($"\"kind\":\"{type.Kind}\",\"apiVersion\":\"{apiVersion}\"")}u8);");
            code.Line("WriteFields(w);");
            code.Line("w.EndObject();");
            code.Close();
        }

        code.Line("public void Write(ApiWriter w)");
        code.Open();
        code.Line("w.BeginObject();");
        code.Line("WriteFields(w);");
        code.Line("w.EndObject();");
        code.Close();
        code.Line("private void WriteFields(ApiWriter w)");
        code.Open();
        foreach (var field in type.Fields)
        {
            if (type.Name == "ObjectMeta" && field.Property == "ResourceVersion")
            {
                code.Line("w.MarkVersion();");
            }

            EmitField(code, field);
        }

        code.Close();
    }

    private static void EmitField(CodeText code, FieldModel field)
    {
        var name = $"w.Name({CodeText.Literal($"\"{field.Json}\":")}u8);";
        var always = field.IsWrittenWhenEmpty;
        var member = $"this.{field.Property}";
        if (field.Shape is FieldShape.Record && !field.IsNullable)
        {
            code.Line($"{name} {member}.Write(w);");
            return;
        }

        if (field.IsNullable || field.Shape is FieldShape.Raw or FieldShape.Time or FieldShape.MicroTime)
        {
            code.Line($"if ({member} is {{ }} v{field.Index})");
            code.Open();
            code.Line(name);
            EmitValue(code, field, $"v{field.Index}");
            code.Close();
            if (always)
            {
                code.Line($"else {{ {name} w.Null(); }}");
            }

            return;
        }

        var present = field.Shape switch
        {
            FieldShape.String or FieldShape.Bytes => $"{member}.Length > 0",
            FieldShape.List or FieldShape.Map => $"{member}.Count > 0",
            FieldShape.Boolean => member,
            FieldShape.Quantity or FieldShape.IntOrString or FieldShape.Duration => $"{member} != default",
            _ => $"{member} != 0",
        };

        if (always)
        {
            code.Line(name);
            if (field.Shape == FieldShape.List)
            {
                code.Line($"if (EmptyList<{ItemType(field)}>.IsAbsent({member})) {{ w.Null(); }} else");
            }
            else if (field.Shape == FieldShape.Map)
            {
                code.Line($"if ({member}.Count == 0) {{ w.Null(); }} else");
            }
        }
        else
        {
            code.Line($"if ({present})");
        }

        code.Open();
        if (!always)
        {
            code.Line(name);
        }

        EmitValue(code, field, member);
        code.Close();
    }

    private static string ItemType(FieldModel field) => field.RecordType;

    private static void EmitValue(CodeText code, FieldModel field, string value)
    {
        switch (field.Shape)
        {
            case FieldShape.List:
                code.Line("w.BeginList();");
                code.Line($"foreach (var item in {value}) {{ w.Element(); {(field.HasTypedItems ? "item.WriteObject(w);" : Item(field.ItemShape, "item"))} }}");
                code.Line("w.EndList();");
                break;
            case FieldShape.Map:
                code.Line("w.BeginObject();");
                code.Line($"foreach (var (key, item) in {value}) {{ w.Key(key); {Item(field.ItemShape, "item")} }}");
                code.Line("w.EndObject();");
                break;
            default:
                code.Line(Item(field.Shape, value));
                break;
        }
    }

    private static string Item(FieldShape shape, string value) => shape switch
    {
        FieldShape.String => $"w.String({value});",
        FieldShape.Boolean => $"w.Boolean({value});",
        FieldShape.Bytes => $"w.Bytes({value}.Span);",
        FieldShape.Time => $"w.TimeOrNull({value});",
        FieldShape.MicroTime or FieldShape.Duration or FieldShape.Quantity => $"w.String({value}.ToString());",
        FieldShape.IntOrString => $"{value}.Write(w);",
        FieldShape.Raw => $"w.Raw({value}.Json.Span);",
        FieldShape.Record => $"{value}.Write(w);",
        FieldShape.List => $"w.BeginList(); foreach (var text in {value}) {{ w.Element(); w.String(text); }} w.EndList();",
        _ => $"w.Number({value});",
    };
}
