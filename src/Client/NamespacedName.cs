using Navarch.Api;

namespace Navarch.Client;

/// <summary>Name of an object within its kind. The namespace is empty for cluster-wide kinds.</summary>
public readonly record struct NamespacedName(string Namespace, string Name) : IComparable<NamespacedName>
{
    public static NamespacedName Of(IResource resource) => new(resource.Metadata.Namespace, resource.Metadata.Name);

    /// <summary>Ordinal, by namespace, then by name: the order of lists in the API.</summary>
    public int CompareTo(NamespacedName other)
    {
        var order = string.CompareOrdinal(Namespace, other.Namespace);
        return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>namespace/name</c>, or the name alone for cluster-wide kinds.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
