using System.Collections.Frozen;
using Navarch.Api;

namespace Navarch.ApiServer.Registry;

/// <summary>All kinds of one server, by what a request calls them.</summary>
internal sealed class Catalog
{
    private readonly FrozenDictionary<(string Group, string Version, string Plural), Kind> byPath;
    private readonly FrozenDictionary<ResourceType, Kind> byType;

    public Catalog(IReadOnlyList<Kind> kinds)
    {
        Kinds = kinds;
        byPath = kinds.ToFrozenDictionary(kind => (kind.Type.Group, kind.Type.Version, kind.Type.Plural));
        byType = kinds.ToFrozenDictionary(kind => kind.Type);
        Groups = kinds.Select(kind => kind.Type.Group).ToFrozenSet(StringComparer.Ordinal);
    }

    public IReadOnlyList<Kind> Kinds { get; }

    /// <summary>The kinds in the versions they are stored in.</summary>
    public IEnumerable<Kind> Hubs => Kinds.Where(static kind => kind.Hub == kind);

    public FrozenSet<string> Groups { get; }

    public Kind? Find(string group, string version, string plural) => byPath.GetValueOrDefault((group, version, plural));

    /// <summary>The kind that objects name themselves by.</summary>
    public Kind? FindKind(string apiVersion, string kind) => Kinds.FirstOrDefault(one => one.Type.Kind == kind && one.Type.ApiVersion == apiVersion);

    public Kind Get<T>() where T : class, IResource<T> => byType[T.ResourceType];

    public Kind? Find(ResourceType type) => byType.GetValueOrDefault(type);
}
