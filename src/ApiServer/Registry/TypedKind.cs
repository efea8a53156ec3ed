using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Resources;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>Binds the rules of one kind to the machinery that does not know its type.</summary>
internal sealed class Kind<T> : Kind where T : class, IResource<T>
{
    private readonly Resource<T> rules;
    private readonly Func<T, string>[] fields;

    public Kind(Resource<T> rules)
        : base(rules, [.. rules.SelectableFields.Keys.Where(static field => field is not ("metadata.name" or "metadata.namespace"))])
    {
        this.rules = rules;
        fields = [.. FieldNames.Select(name => rules.SelectableFields[name])];
        Columns = [.. rules.Columns.Select(column => new TableColumn(
            column.Name, column.Type, column.Format, column.Description, column.Priority, (value, now) => column.Cell((T)value, now)))];
    }

    public override byte[] EmptyJson { get; } = ApiJson.ToUtf8(T.Empty);

    public override bool HasGeneration => rules.HasGeneration;

    public override IReadOnlyList<TableColumn> Columns { get; }

    public override IResource Parse(ReadOnlySpan<byte> json) => ApiJson.Parse<T>(json);

    public override IResource ParseRequest(ReadOnlySpan<byte> json, out IReadOnlyList<string> problems) => ApiJson.ParseWithDefaults<T>(json, out problems);

    public override byte[] JsonOf(ReadOnlySpan<byte> protobuf) => ApiJson.ToUtf8(ApiProto.Parse<T>(protobuf));

    public override IResource Bookmark(ObjectMeta metadata) => T.Empty.WithMetadata(metadata);

    public override PreparedObject Prepare(IResource value)
    {
        var metadata = value.Metadata;
        if (metadata.ResourceVersion.Length > 0)
        {
            metadata = metadata with { ResourceVersion = "" };
            value = value.WithMetadata(metadata);
        }

        var writer = ThreadWriter;
        value.WriteObject(writer);
        var typed = (T)value;
        var selected = fields.Length == 0 ? [] : new string[fields.Length];
        for (var i = 0; i < selected.Length; i++)
        {
            selected[i] = fields[i](typed);
        }

        return new PreparedObject
        {
            Kind = this,
            Key = Key(metadata.Namespace, metadata.Name),
            Namespace = metadata.Namespace,
            Name = metadata.Name,
            Value = value,
            Json = writer.ToArray(),
            VersionPosition = writer.VersionPosition,
            Labels = metadata.Labels,
            Fields = selected,
        };
    }

    public override IResource Default(IResource value) => rules.Default((T)value);

    public override IResource PrepareForCreate(IResource value, WriteContext context) => rules.PrepareForCreate((T)DisabledFields.Drop(value, null), context);

    public override IResource PrepareForUpdate(IResource value, IResource old, WriteContext context) => rules.PrepareForUpdate((T)DisabledFields.Drop(value, old), (T)old, context);

    public override IResource PrepareForStatusUpdate(IResource value, IResource old, WriteContext context) => rules.PrepareForStatusUpdate((T)value, (T)old, context);

    public override bool ChangesGeneration(IResource value, IResource old) => rules.ChangesGeneration((T)value, (T)old);

    public override string? NameProblem(string name) => rules.NameProblem(name);

    public override void Validate(IResource value, FieldErrors errors) => rules.Validate((T)value, errors);

    public override void ValidateCreate(IResource value, FieldErrors errors) => rules.ValidateCreate((T)value, errors);

    public override void ValidateUpdate(IResource value, IResource old, FieldErrors errors) => rules.ValidateUpdate((T)value, (T)old, errors);

    public override void ValidateStatusUpdate(IResource value, IResource old, FieldErrors errors) => rules.ValidateStatusUpdate((T)value, (T)old, errors);

    public override IEnumerable<string> Warnings(IResource value) => rules.Warnings((T)value);
}
