using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources;

/// <summary>What the server knows of a kind it stores, whatever its type. One subclass per kind.</summary>
public abstract class Resource
{
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public abstract ResourceType Type { get; }

    public abstract Schema Schema { get; }

    /// <summary>Where objects lie in the store, as upstream lays them out: <c>/registry/pods/</c>.</summary>
    public virtual string StoragePrefix => $"/registry/{Type.Plural}/";

    public virtual IReadOnlyList<string> Verbs => AllVerbs;

    /// <summary>Objects lie in the store. Those of other kinds are made up when they are asked for.</summary>
    public virtual bool IsStored => true;

    /// <summary>What every request for the kind is warned of; null for nothing.</summary>
    public virtual string? Deprecation => null;

    /// <summary>The version that discovery derives the storage hash from; clients compare the hash to know of migrations.</summary>
    public virtual string StorageVersion => Type.Version;

    /// <summary>PUT to a name that does not exist creates the object.</summary>
    public virtual bool CreatesOnUpdate => false;

    /// <summary>PUT without a resourceVersion is accepted.</summary>
    public virtual bool AllowsUnconditionalUpdate => true;

    /// <summary>The kind has a <c>/status</c> subresource, and plain writes do not touch the status.</summary>
    public virtual bool HasStatus => false;

    /// <summary>Metadata that the status subresource keeps as it was, as <c>metadata.NAME</c>: nobody owns it through there.</summary>
    public virtual IReadOnlyList<string> StatusKeeps => [];

    /// <summary>Objects disappear this long after they were last written; null for never.</summary>
    public virtual TimeSpan? Expiry => null;

    /// <summary>How dependents are treated when a DELETE does not say: Background, Orphan or Foreground; Unsupported where objects have none.</summary>
    public virtual string DefaultPropagation => "Background";

    /// <summary>What is said of a field selector with a field that the kind, which has such fields, does not have.</summary>
    public virtual string UnknownField(string field) => $"field label not supported: {field}";

    /// <summary>Further versions in which the kind is served.</summary>
    public virtual IReadOnlyList<ResourceView> Views => [];

    /// <summary>These rules as the machinery sees them that does not know the type.</summary>
    internal abstract Kind ToKind();

    /// <summary>The kind in all its versions, the stored one first.</summary>
    internal IEnumerable<Kind> ToKinds()
    {
        var hub = ToKind();
        return Views.Select(view => view.ToKind(hub)).Prepend(hub);
    }
}

/// <summary>
/// The rules of a kind. A write runs through: <see cref="Default"/>, <see cref="PrepareForCreate"/> or
/// <see cref="PrepareForUpdate"/> (after admission), <see cref="Validate"/> or <see cref="ValidateUpdate"/>.
/// All are pure: what they need from outside comes in the <see cref="WriteContext"/>.
/// </summary>
public abstract class Resource<T> : Resource where T : class, IResource<T>
{
    public sealed override ResourceType Type => T.ResourceType;

    public sealed override Schema Schema => T.Schema;

    internal sealed override Kind ToKind() => new Kind<T>(this);

    /// <summary>Columns of the Table form; Name and Created At where a kind says nothing.</summary>
    public virtual IReadOnlyList<Column<T>> Columns => Column<T>.NameAndCreated;

    /// <summary>Fields a field selector may name beside metadata.name and metadata.namespace, and how to read them.</summary>
    public virtual IReadOnlyDictionary<string, Func<T, string>> SelectableFields { get; } = new Dictionary<string, Func<T, string>>();

    /// <summary>Fills in what was left out and cannot be declared with <c>[Default]</c>.</summary>
    public virtual T Default(T value) => value;

    /// <summary>Sets or clears what the server decides on create.</summary>
    public virtual T PrepareForCreate(T value, WriteContext context) => value;

    /// <summary>Keeps or sets what the caller may not change with a plain update.</summary>
    public virtual T PrepareForUpdate(T value, T old, WriteContext context) => value;

    /// <summary>Keeps everything but the status (and the metadata that may go with it) as it was.</summary>
    public virtual T PrepareForStatusUpdate(T value, T old, WriteContext context) => value;

    /// <summary>Whether the wanted state differs, so that metadata.generation grows.</summary>
    public virtual bool ChangesGeneration(T value, T old) => false;

    /// <summary>Whether objects of the kind count generations at all; those that do start at 1.</summary>
    public virtual bool HasGeneration => false;

    /// <summary>Names are checked by this; null when fine. The default is a DNS subdomain.</summary>
    public virtual string? NameProblem(string name) => Names.SubdomainProblem(name);

    public virtual void Validate(T value, FieldErrors errors)
    {
    }

    /// <summary>Rules that only a create can break. <see cref="Validate"/> has run too.</summary>
    public virtual void ValidateCreate(T value, FieldErrors errors)
    {
    }

    /// <summary>Rules that only an update can break. <see cref="Validate"/> has run too.</summary>
    public virtual void ValidateUpdate(T value, T old, FieldErrors errors)
    {
    }

    public virtual void ValidateStatusUpdate(T value, T old, FieldErrors errors)
    {
    }

    /// <summary>Hints to the caller about a valid object, sent as Warning headers.</summary>
    public virtual IEnumerable<string> Warnings(T value) => [];
}

/// <summary>What a write is made in: who, when, and what must not be persisted.</summary>
public sealed record WriteContext(string User, IReadOnlyList<string> Groups, DateTimeOffset Now, bool IsDryRun)
{
    /// <summary>The user's own id; empty where the authenticator knows none.</summary>
    public string Uid { get; init; } = "";

    /// <summary>What else the user's credentials say.</summary>
    public Map<IReadOnlyList<string>> Extra { get; init; } = [];

    /// <summary>Whole seconds: times are stored so, and an object must equal itself when it is read back.</summary>
    public DateTimeOffset Now { get; } = new(Now.UtcTicks - (Now.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
