using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources;

/// <summary>A further version in which a kind is served. Objects are stored in one version, the hub's, and shown in this one.</summary>
public abstract class ResourceView
{
    public abstract ResourceType Type { get; }

    public abstract Schema Schema { get; }

    /// <summary>The view as the machinery sees it that does not know the types.</summary>
    internal abstract Kind ToKind(Kind hub);
}

/// <summary>
/// How objects of the stored version are shown in another and read back. What one version cannot hold must come back
/// unharmed: a client that reads and writes through the view changes nothing it did not mean to.
/// </summary>
/// <param name="rules">Those of the stored version; they hold for the view too.</param>
public abstract class ResourceView<THub, TView>(Resource<THub> rules) : ResourceView
    where THub : class, IResource<THub>
    where TView : class, IResource<TView>
{
    public sealed override ResourceType Type => TView.ResourceType;

    public sealed override Schema Schema => TView.Schema;

    public Resource<THub> Rules { get; } = rules;

    /// <summary>Selectable fields that this version calls otherwise: the stored version's name and this one's, or null where it has none.</summary>
    public virtual IReadOnlyDictionary<string, string?> FieldNames { get; } = new Dictionary<string, string?>();

    public abstract TView Show(THub value);

    public abstract THub Read(TView value);

    public virtual void Validate(THub value, FieldErrors errors) => Rules.Validate(value, errors);

    public virtual void ValidateCreate(THub value, FieldErrors errors) => Rules.ValidateCreate(value, errors);

    public virtual void ValidateUpdate(THub value, THub old, FieldErrors errors) => Rules.ValidateUpdate(value, old, errors);

    internal sealed override Kind ToKind(Kind hub) => new KindView<THub, TView>(hub, this);
}
