using System.Runtime.CompilerServices;
using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Resources;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// A kind in a version it is not stored in. What is written through it is converted before any rule looks at it, what is
/// read through it is converted on the way out; in between there is only the stored version.
/// </summary>
internal sealed class KindView<THub, TView> : Kind
    where THub : class, IResource<THub>
    where TView : class, IResource<TView>
{
    // An event is shown to many watchers at about the same time: as many objects as may be under way, and no more.
    private const int ShownMax = 1024;

    private readonly ResourceView<THub, TView> view;
    private readonly Pair?[] shown = new Pair?[ShownMax];

    public KindView(Kind hub, ResourceView<THub, TView> view)
        : base(hub, view, [.. hub.FieldNames.Select(name => view.FieldNames.TryGetValue(name, out var own) ? own ?? "" : name)]) => this.view = view;

    public override byte[] EmptyJson { get; } = ApiJson.ToUtf8(TView.Empty);

    public override bool HasGeneration => Hub.HasGeneration;

    public override IReadOnlyList<TableColumn> Columns => Hub.Columns;

    public override IResource Parse(ReadOnlySpan<byte> json) => ApiJson.Parse<TView>(json);

    public override IResource ParseRequest(ReadOnlySpan<byte> json, out IReadOnlyList<string> problems) => view.Read(ApiJson.ParseWithDefaults<TView>(json, out problems));

    public override byte[] JsonOf(ReadOnlySpan<byte> protobuf) => ApiJson.ToUtf8(ApiProto.Parse<TView>(protobuf));

    public override IResource Bookmark(ObjectMeta metadata) => TView.Empty.WithMetadata(metadata);

    public override IResource Show(IResource value) => view.Show((THub)value);

    public override StoredObject Show(StoredObject stored)
    {
        // Slots are overwritten freely: what is lost is made again.
        ref var slot = ref shown[RuntimeHelpers.GetHashCode(stored) % ShownMax];
        if (Volatile.Read(ref slot) is { } known && ReferenceEquals(known.Stored, stored))
        {
            return known.Shown;
        }

        var made = StoredObject.Shown(this, stored, Show(stored.Value));
        Volatile.Write(ref slot, new Pair(stored, made));
        return made;
    }

    public override PreparedObject Prepare(IResource value) => Hub.Prepare(value);

    public override IResource Default(IResource value) => Hub.Default(value);

    public override IResource PrepareForCreate(IResource value, WriteContext context) => Hub.PrepareForCreate(value, context);

    public override IResource PrepareForUpdate(IResource value, IResource old, WriteContext context) => Hub.PrepareForUpdate(value, old, context);

    public override IResource PrepareForStatusUpdate(IResource value, IResource old, WriteContext context) => Hub.PrepareForStatusUpdate(value, old, context);

    public override bool ChangesGeneration(IResource value, IResource old) => Hub.ChangesGeneration(value, old);

    public override string? NameProblem(string name) => Hub.NameProblem(name);

    public override void Validate(IResource value, FieldErrors errors) => view.Validate((THub)value, errors);

    public override void ValidateCreate(IResource value, FieldErrors errors) => view.ValidateCreate((THub)value, errors);

    public override void ValidateUpdate(IResource value, IResource old, FieldErrors errors) => view.ValidateUpdate((THub)value, (THub)old, errors);

    public override void ValidateStatusUpdate(IResource value, IResource old, FieldErrors errors) => Hub.ValidateStatusUpdate(value, old, errors);

    public override IEnumerable<string> Warnings(IResource value) => Hub.Warnings(value);

    private sealed record Pair(StoredObject Stored, StoredObject Shown);
}
