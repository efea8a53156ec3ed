using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Resources;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// A kind as the server's machinery sees it: the rules of its <see cref="Resource{T}"/> without the type parameter, its
/// place in the store, and its objects in memory.
/// </summary>
internal abstract class Kind
{
    /// <summary>Stand for the fields that every kind can be selected by, beside those of <see cref="FieldNames"/>.</summary>
    public const int NameField = -1;
    public const int NamespaceField = -2;

    // Encoders keep their buffers: one per thread is one per concurrent write.
    [ThreadStatic]
    private static ApiWriter? threadWriter;

    [ThreadStatic]
    private static ProtoWriter? threadProtoWriter;

    // Of a hub: itself and every view.
    private readonly List<Kind> versions = [];
    private readonly Untracked statusUntracked;

    protected Kind(Resource rules, string[] fieldNames)
        : this(rules, rules.Type, rules.Schema, fieldNames, null)
    {
    }

    /// <summary>A kind that shows the objects of another.</summary>
    protected Kind(Kind hub, ResourceView view, string[] fieldNames)
        : this(hub.Rules, view.Type, view.Schema, fieldNames, hub)
    {
    }

    private Kind(Resource rules, ResourceType type, Schema schema, string[] fieldNames, Kind? hub)
    {
        Hub = hub ?? this;
        Hub.versions.Add(this);
        Objects = hub?.Objects ?? new Collection(this);
        Rules = rules;
        Type = type;
        Schema = schema;
        StoragePrefix = rules.StoragePrefix;
        TypePrefix = System.Text.Encoding.UTF8.GetBytes($"\"kind\":\"{Type.Kind}\",\"apiVersion\":\"{Type.ApiVersion}\",");
        FieldNames = fieldNames;
        IndexedField = Array.IndexOf(fieldNames, "spec.nodeName");
        if (IndexedField < 0)
        {
            IndexedField = int.MinValue;
        }

        MainUntracked = rules.HasStatus ? Untracked.ServerAndStatus : Untracked.Server;
        statusUntracked = Untracked.Of([.. schema.Fields.Select(static field => field.Name).Where(static name => name is not ("metadata" or "status")), .. rules.StatusKeeps]);
    }

    public Resource Rules { get; }

    /// <summary>The version that requests through this kind speak.</summary>
    public ResourceType Type { get; }

    public Schema Schema { get; }

    /// <summary>The kind in the version it is stored in; mostly this one itself.</summary>
    public Kind Hub { get; }

    /// <summary>The kind in all of its versions.</summary>
    public IReadOnlyList<Kind> Versions => Hub.versions;

    public string StoragePrefix { get; }

    /// <summary>Objects are encrypted when they are written. Decided when the server is put together; asked of the hub.</summary>
    public bool IsEncrypted { get; set; }

    /// <summary>What every object begins with after the brace: <c>"kind":"Pod","apiVersion":"v1",</c>.</summary>
    public byte[] TypePrefix { get; }

    /// <summary>Selectable fields beside metadata.name and metadata.namespace, in the order of the hub; empty names cannot be selected by.</summary>
    public string[] FieldNames { get; }

    /// <summary>The field by which watchers are filed; no valid index where there is none.</summary>
    public int IndexedField { get; }

    public Collection Objects { get; }

    /// <summary>An object of the kind without content, as it is written: what a new object is compared with.</summary>
    public abstract byte[] EmptyJson { get; }

    /// <summary>What nobody comes to own by a plain write.</summary>
    public Untracked MainUntracked { get; }

    /// <summary>Whether clients may set a name's generation; see <see cref="Resource{T}.HasGeneration"/>.</summary>
    public abstract bool HasGeneration { get; }

    public abstract IReadOnlyList<TableColumn> Columns { get; }

    protected static ApiWriter ThreadWriter
    {
        get
        {
            var writer = threadWriter ??= new ApiWriter(16 * 1024);
            if (writer.Length > 512 * 1024)
            {
                writer = threadWriter = new ApiWriter(16 * 1024); // One huge object must not pin its buffer for ever.
            }

            writer.Reset();
            return writer;
        }
    }

    /// <summary>The object as it is written. Valid until this thread encodes the next.</summary>
    public static ReadOnlyMemory<byte> Text(IResource value)
    {
        var writer = ThreadWriter;
        value.WriteObject(writer);
        return writer.Written;
    }

    /// <summary>What nobody comes to own by an update of the given scope.</summary>
    public Untracked UntrackedIn(UpdateScope scope) => scope switch
    {
        UpdateScope.Main => MainUntracked,
        UpdateScope.Status => statusUntracked,
        _ => Untracked.Server,
    };

    public string Key(string @namespace, string name) => Type.Namespaced ? $"{@namespace}/{name}" : name;

    /// <exception cref="StatusException">400: the kind cannot be selected by the field.</exception>
    public int FieldIndex(string field)
    {
        if (field == "metadata.name")
        {
            return NameField;
        }

        if (field == "metadata.namespace")
        {
            return NamespaceField;
        }

        var index = Array.IndexOf(FieldNames, field);
        return index >= 0 && field.Length > 0 ? index : throw StatusErrors.BadRequest(
            FieldNames.Length > 0
                ? Rules.UnknownField(field)
                : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"").AsException();
    }

    /// <summary>The kind in another of its versions; null where it is not served in that.</summary>
    public Kind? InVersion(string apiVersion) => Type.ApiVersion == apiVersion ? this : Hub.versions.Find(kind => kind.Type.ApiVersion == apiVersion);

    /// <summary>A stored object in this version; the same where it is stored in this version.</summary>
    public virtual StoredObject Show(StoredObject stored) => stored;

    /// <summary>An object of the stored version in this version.</summary>
    public virtual IResource Show(IResource value) => value;

    /// <summary>Decodes what the server itself encoded.</summary>
    /// <exception cref="ApiJsonException">The bytes are not such an object.</exception>
    public abstract IResource Parse(ReadOnlySpan<byte> json);

    /// <summary>Decodes what a client sent into the stored version; declared defaults are filled in.</summary>
    /// <param name="problems">Unknown and doubled fields.</param>
    /// <exception cref="ApiJsonException">The JSON does not fit the kind.</exception>
    public abstract IResource ParseRequest(ReadOnlySpan<byte> json, out IReadOnlyList<string> problems);

    /// <summary>The JSON of an object that a client sent as a protobuf message.</summary>
    /// <exception cref="Api.Protobuf.ApiProtoException">The bytes are not such a message.</exception>
    public abstract byte[] JsonOf(ReadOnlySpan<byte> protobuf);

    /// <summary>The object in protobuf, in its envelope.</summary>
    public static byte[] ToProtobuf(IResource value)
    {
        var writer = threadProtoWriter ??= new ProtoWriter(16 * 1024);
        writer.Reset();
        value.WriteEnvelope(writer);
        var bytes = writer.Written.ToArray();
        if (bytes.Length > 512 * 1024)
        {
            threadProtoWriter = null; // As for JSON: one huge object must not pin its buffer.
        }

        return bytes;
    }

    /// <summary>The empty object of a bookmark, which says nothing but a version.</summary>
    public abstract IResource Bookmark(ObjectMeta metadata);

    /// <summary>Encodes the object for the store. Its resourceVersion is left out.</summary>
    public abstract PreparedObject Prepare(IResource value);

    public abstract IResource Default(IResource value);

    public abstract IResource PrepareForCreate(IResource value, WriteContext context);

    public abstract IResource PrepareForUpdate(IResource value, IResource old, WriteContext context);

    public abstract IResource PrepareForStatusUpdate(IResource value, IResource old, WriteContext context);

    public abstract bool ChangesGeneration(IResource value, IResource old);

    public abstract string? NameProblem(string name);

    public abstract void Validate(IResource value, FieldErrors errors);

    public abstract void ValidateCreate(IResource value, FieldErrors errors);

    public abstract void ValidateUpdate(IResource value, IResource old, FieldErrors errors);

    public abstract void ValidateStatusUpdate(IResource value, IResource old, FieldErrors errors);

    public abstract IEnumerable<string> Warnings(IResource value);
}

/// <summary>A column of a table without the type of the row.</summary>
internal sealed record TableColumn(string Name, string Type, string Format, string Description, int Priority, Func<IResource, DateTimeOffset, object> Cell);
