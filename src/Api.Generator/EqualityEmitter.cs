namespace Navarch.Api.Generator;

/// <summary>Emits equality by value, through lists, maps and bytes.</summary>
internal static class EqualityEmitter
{
    // A hash of a few fields tells most values apart; hashing a whole pod would cost more than it saves.
    private const int HashedMax = 6;

    public static void Emit(CodeText code, ApiTypeModel type)
    {
        code.Line($"public bool Equals({type.Name}? other)");
        code.Open();
        code.Line("if (ReferenceEquals(this, other)) { return true; }");
        code.Line("return other is not null");
        foreach (var field in type.Fields)
        {
            code.Line("    && " + Compare(field));
        }

        code.Line("    ;");
        code.Close();
        var hashed = type.Fields
            .Where(field => field.Shape is FieldShape.String or FieldShape.Int32 or FieldShape.Int64 or FieldShape.Boolean || field.Property == "Metadata")
            .Take(HashedMax).Select(field => field.Property).ToList();
        code.Line($"public override int GetHashCode() => {(hashed.Count == 0 ? "0" : $"global::System.HashCode.Combine({string.Join(", ", hashed)})")};");
    }

    private static string Compare(FieldModel field)
    {
        var (mine, other) = ($"this.{field.Property}", $"other.{field.Property}");
        return field.Shape switch
        {
            FieldShape.List when field.IsNullable => $"({mine} is null ? {other} is null : {other} is not null && Same.Lists({mine}, {other}))",
            FieldShape.List => $"Same.Lists({mine}, {other})",
            FieldShape.Bytes when field.IsNullable => $"{mine}.HasValue == {other}.HasValue && Same.Bytes({mine}.GetValueOrDefault(), {other}.GetValueOrDefault())",
            FieldShape.Bytes => $"Same.Bytes({mine}, {other})",
            FieldShape.String => $"string.Equals({mine}, {other})",
            FieldShape.Record or FieldShape.Map or FieldShape.Raw => $"Equals({mine}, {other})",
            FieldShape.Double => $"{mine}.Equals({other})",
            _ => $"{mine} == {other}",
        };
    }
}
