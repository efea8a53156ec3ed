namespace Navarch.Api;

/// <summary>Names of a kind: group, version, kind and the forms under which the API serves it.</summary>
public sealed record ResourceType(string Group, string Version, string Kind, string Plural)
{
    public string Singular { get; init; } = Kind.ToLowerInvariant();
    public string ListKind { get; init; } = Kind + "List";
    public bool Namespaced { get; init; }
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary><c>v1</c> for the core group, <c>apps/v1</c> and the like for the others.</summary>
    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>pods</c> for the core group, <c>deployments.apps</c> and the like for the others.</summary>
    public string GroupResource { get; } = Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>URL path of the collection, e.g. <c>/apis/apps/v1/namespaces/web/deployments</c>.</summary>
    /// <param name="namespace">Empty for all namespaces or a cluster-wide kind.</param>
    public string CollectionPath(string @namespace) =>
        (Group.Length == 0 ? "/api/" : "/apis/") + ApiVersion
        + (@namespace.Length == 0 ? "/" : $"/namespaces/{@namespace}/") + Plural;

    public override string ToString() => $"{ApiVersion}, Kind={Kind}";
}
