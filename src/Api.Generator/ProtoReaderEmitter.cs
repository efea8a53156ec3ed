namespace Navarch.Api.Generator;

/// <summary>Emits <c>ReadProto</c>.</summary>
internal static class ProtoReaderEmitter
{
    public static void Emit(CodeText code, ApiTypeModel type)
    {
        code.Line($"public static {type.Name} ReadProto(ref global::Navarch.Api.Protobuf.ProtoReader r)");
        code.Open();
        foreach (var field in type.Fields)
        {
            code.Line(field.Shape switch
            {
                FieldShape.List => $"global::System.Collections.Generic.List<{field.ItemType}>? f{field.Index} = null;",
                FieldShape.Map => $"global::System.Collections.Generic.List<global::System.Collections.Generic.KeyValuePair<string, {field.ItemType}>>? f{field.Index} = null;",
                _ => $"{field.CSharpType} f{field.Index} = {JsonReaderEmitter.Absent(field)};",
            });
        }

        EmitSlots(code, type.ProtoSlots, "r");
        code.Line($"return new {type.Name}");
        code.Open();
        foreach (var field in type.Fields)
        {
            code.Line(field.Shape switch
            {
                FieldShape.List => $"{field.Property} = f{field.Index} is null ? {(field.IsNullable ? "null" : "[]")} : f{field.Index}.ToArray(),",
                FieldShape.Map => $"{field.Property} = f{field.Index} is null ? {(field.IsNullable ? "null" : "[]")} : Map.From(f{field.Index}),",
                _ => $"{field.Property} = f{field.Index},",
            });
        }

        code.Close(";");
        code.Close();
    }

    private static void EmitSlots(CodeText code, IReadOnlyList<ProtoSlot> slots, string reader)
    {
        code.Line($"while ({reader}.NextField())");
        code.Open();
        code.Line($"switch ({reader}.Number)");
        code.Open();
        foreach (var slot in slots)
        {
            if (slot.Field is { } field)
            {
                EmitCase(code, field, reader);
                continue;
            }

            code.Line($"case {slot.Number}:");
            code.Open();
            code.Line($"var {reader}In = {reader}.Message();");
            EmitSlots(code, slot.Embedded, $"{reader}In");
            code.Line("break;");
            code.Close();
        }

        code.Line($"default: {reader}.Skip(); break;");
        code.Close();
        code.Close();
    }

    private static void EmitCase(CodeText code, FieldModel field, string reader)
    {
        code.Line($"case {field.Proto}:");
        code.Open();
        switch (field.Shape)
        {
            case FieldShape.List when field.IsProtoWrapped:
                code.Line($"f{field.Index} = [.. {reader}.WrappedStrings()];");
                break;
            case FieldShape.List when field.ItemShape == FieldShape.Record:
                code.Line($"var item = {reader}.Message(); (f{field.Index} ??= []).Add({field.RecordType}.ReadProto(ref item));");
                break;
            case FieldShape.List:
                code.Line($"(f{field.Index} ??= []).Add({Scalar(field.ItemShape, reader)});");
                break;
            case FieldShape.Map:
                EmitEntry(code, field, reader);
                break;
            case FieldShape.Record:
                code.Line($"var item = {reader}.Message(); f{field.Index} = {field.RecordType}.ReadProto(ref item);");
                break;
            default:
                code.Line($"f{field.Index} = {Scalar(field.Shape, reader)};");
                break;
        }

        code.Line("break;");
        code.Close();
    }

    private static void EmitEntry(CodeText code, FieldModel field, string reader)
    {
        code.Line($"var entry = {reader}.Message(); var key = \"\"; {field.ItemType} value = {(field.ItemShape switch { FieldShape.String => "\"\"", FieldShape.Record => field.RecordType + ".Empty", FieldShape.List => "[]", _ => "default" })};");
        code.Line("while (entry.NextField())");
        code.Open();
        code.Line("switch (entry.Number)");
        code.Open();
        code.Line("case 1: key = entry.String(); break;");
        code.Line(field.ItemShape switch
        {
            FieldShape.Record => $"case 2: {{ var item = entry.Message(); value = {field.RecordType}.ReadProto(ref item); break; }}",
            FieldShape.List => "case 2: value = entry.WrappedStrings(); break;",
            FieldShape.Time => "case 2: value = entry.Time() ?? default; break;",
            _ => $"case 2: value = {Scalar(field.ItemShape, "entry")}; break;",
        });
        code.Line("default: entry.Skip(); break;");
        code.Close();
        code.Close();
        code.Line($"(f{field.Index} ??= []).Add(new(key, value));");
    }

    private static string Scalar(FieldShape shape, string reader) => shape switch
    {
        FieldShape.Int64 => $"{reader}.Int()",
        FieldShape.Raw => $"{reader}.RawJson()",
        _ => $"{reader}.{shape}()",
    };
}
