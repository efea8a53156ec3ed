namespace Navarch.Api.Generator;

/// <summary>A field number of a message: one field, or a message whose fields JSON shows in place.</summary>
internal sealed class ProtoSlot(int number, FieldModel? field, IReadOnlyList<ProtoSlot> embedded)
{
    public int Number { get; } = number;

    /// <summary>The field, or null for an embedded message.</summary>
    public FieldModel? Field { get; } = field;

    public IReadOnlyList<ProtoSlot> Embedded { get; } = embedded;

    public static IReadOnlyList<ProtoSlot> Of(IEnumerable<FieldModel> fields, int depth = 0) =>
        [.. fields.Where(field => field.Proto > 0)
            .GroupBy(field => field.ProtoIn.Count > depth ? field.ProtoIn[depth] : -field.Proto)
            .Select(group => group.Key < 0
                ? new ProtoSlot(-group.Key, group.First(), [])
                : new ProtoSlot(group.Key, null, Of(group, depth + 1)))
            .OrderBy(slot => slot.Number)];
}
