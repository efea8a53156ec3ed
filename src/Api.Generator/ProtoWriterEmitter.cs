namespace Navarch.Api.Generator;

/// <summary>Emits <c>WriteProto</c>. The writer goes backwards, so fields come in falling order of their numbers.</summary>
internal static class ProtoWriterEmitter
{
    public static void Emit(CodeText code, ApiTypeModel type)
    {
        code.Line("public void WriteProto(global::Navarch.Api.Protobuf.ProtoWriter w)");
        code.Open();
        EmitSlots(code, type.ProtoSlots, "end");
        code.Close();
        if (type.Kind is not null)
        {
            var apiVersion = type.Group.Length == 0 ? type.Version : $"{type.Group}/{type.Version}";
            code.Line("public void WriteEnvelope(global::Navarch.Api.Protobuf.ProtoWriter w)");
            code.Open();
            code.Line("var envelope = global::Navarch.Api.Protobuf.ApiProto.BeginEnvelope(w);");
            code.Line("WriteProto(w);");
            code.Line($"global::Navarch.Api.Protobuf.ApiProto.EndEnvelope(w, envelope, {CodeText.Literal(apiVersion)}, {CodeText.Literal(type.Kind)});");
            code.Close();
        }
    }

    private static void EmitSlots(CodeText code, IReadOnlyList<ProtoSlot> slots, string mark)
    {
        foreach (var slot in slots.Reverse())
        {
            if (slot.Field is { } field)
            {
                EmitField(code, field);
                continue;
            }

            code.Line($"var {mark}{slot.Number} = w.BeginMessage();");
            EmitSlots(code, slot.Embedded, $"{mark}{slot.Number}_");
            code.Line($"w.EndMessage({slot.Number}, {mark}{slot.Number});");
        }
    }

    private static void EmitField(CodeText code, FieldModel field)
    {
        var member = $"this.{field.Property}";
        if (field.Shape == FieldShape.List)
        {
            code.Line($"if ({member} is {{ Count: > 0 }} list{field.Index})");
            code.Open();
            if (field.IsProtoWrapped)
            {
                code.Line($"var end = w.BeginMessage(); w.Strings(1, list{field.Index}); w.EndMessage({field.Proto}, end);");
            }
            else
            {
                code.Line($"for (var i = list{field.Index}.Count - 1; i >= 0; i--) {{ {Value(field.ItemShape, field.Proto, $"list{field.Index}[i]")} }}");
            }

            code.Close();
            return;
        }

        if (field.Shape == FieldShape.Map)
        {
            code.Line($"if ({member} is {{ Count: > 0 }} map{field.Index})");
            code.Open();
            code.Line($"for (var i = map{field.Index}.Count - 1; i >= 0; i--)");
            code.Open();
            code.Line($"var entry = map{field.Index}.EntryAt(i);");
            code.Line("var mark = w.BeginMessage();");
            code.Line(Value(field.ItemShape, 2, "entry.Value"));
            code.Line("w.String(1, entry.Key);");
            code.Line($"w.EndMessage({field.Proto}, mark);");
            code.Close();
            code.Close();
            return;
        }

        var isPointer = field.Shape is FieldShape.Time or FieldShape.MicroTime or FieldShape.Raw ? !field.IsWrittenWhenEmpty && !field.IsAlwaysInProto : field.IsNullable;
        if (isPointer)
        {
            code.Line($"if ({member} is {{ }} v{field.Index}) {{ {Value(field.Shape, field.Proto, $"v{field.Index}")} }}");
        }
        else
        {
            // Without a pointer in the API's own types a field is always present, zero or not.
            code.Line(Value(field.Shape, field.Proto, member));
        }
    }

    private static string Value(FieldShape shape, int number, string value) => shape switch
    {
        FieldShape.Int32 or FieldShape.Int64 => $"w.Int({number}, {value});",
        FieldShape.Bytes => $"w.Bytes({number}, {value}.Span);",
        FieldShape.Raw => $"w.RawJson({number}, {value});",
        FieldShape.Record => $"{{ var end = w.BeginMessage(); {value}.WriteProto(w); w.EndMessage({number}, end); }}",
        FieldShape.List => $"{{ var end = w.BeginMessage(); w.Strings(1, {value}); w.EndMessage({number}, end); }}",
        _ => $"w.{shape}({number}, {value});",
    };
}
