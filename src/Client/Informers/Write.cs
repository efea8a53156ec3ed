using Navarch.Api;

namespace Navarch.Client;

/// <summary>One write that the server acknowledged, as far as an informer needs to know it again.</summary>
/// <param name="Revision">Version it gave the object; 0 for a deletion, which is known by the object's end.</param>
public readonly record struct Write(ResourceType Type, NamespacedName Name, string Uid, ulong Revision)
{
    public bool IsDeletion => Revision == 0;

    public static Write Of(IResource stored) =>
        new(stored.GetResourceType(), NamespacedName.Of(stored), stored.Metadata.UID, RevisionOf(stored.Metadata.ResourceVersion));

    public static Write Deletion(ResourceType type, NamespacedName name, string uid) => new(type, name, uid, 0);

    /// <summary>Versions are decimal numbers of one counter (documented as comparable since v1.35); 0 when it is not one.</summary>
    public static ulong RevisionOf(string resourceVersion) => ulong.TryParse(resourceVersion, out var revision) ? revision : 0;
}
