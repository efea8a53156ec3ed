using Navarch.Api;
using Navarch.Client;
using Navarch.Machinery.Selectors;

namespace Navarch.Controllers;

/// <summary>
/// Settles what belongs to a controller: it adopts what its selector matches and nobody owns, and lets go of what it owns and its
/// selector matches no more. Whatever is owned by another is left alone.
/// </summary>
internal sealed record Claim<T>(IReadOnlyList<T> Owned, IReadOnlyList<Change> Changes) where T : class, IResource<T>
{
    /// <summary>Some object is to be adopted: who asks for it must first make sure that it still exists itself.</summary>
    public bool Adopts { get; private init; }

    /// <param name="candidates">Everything in the owner's namespace that it controls or that nobody controls.</param>
    public static Claim<T> Of(IResource owner, Selector selector, IEnumerable<T> candidates)
    {
        var owned = new List<T>();
        var changes = new List<Change>();
        var adopts = false;
        foreach (var item in candidates)
        {
            var matches = selector.Matches(item.Metadata.Labels);
            if (item.IsControlledBy(owner))
            {
                if (matches || owner.IsTerminating)
                {
                    owned.Add(item);
                }
                else if (!item.IsTerminating)
                {
                    changes.Add(new Change.Patched<T>(item, Release(owner, item)));
                }
            }
            else if (item.Controller is null && matches && !owner.IsTerminating && !item.IsTerminating)
            {
                owned.Add(item);
                adopts = true;
                changes.Add(new Change.Patched<T>(item, Adopt(owner, item)));
            }
        }

        return new Claim<T>(owned, changes) { Adopts = adopts };
    }

    // The UIDs make the patch fail when either is meanwhile another object of the same name.
    private static Patch Adopt(IResource owner, T item)
    {
        var type = owner.GetResourceType();
        return Patch.StrategicMerge(
            "{\"metadata\":{\"ownerReferences\":[{" +
            $"\"apiVersion\":\"{type.ApiVersion}\",\"kind\":\"{type.Kind}\",\"name\":\"{owner.Metadata.Name}\",\"uid\":\"{owner.Metadata.UID}\"," +
            $"\"controller\":true,\"blockOwnerDeletion\":true}}],\"uid\":\"{item.Metadata.UID}\"}}}}");
    }

    private static Patch Release(IResource owner, T item) => Patch.StrategicMerge(
        $"{{\"metadata\":{{\"ownerReferences\":[{{\"$patch\":\"delete\",\"uid\":\"{owner.Metadata.UID}\"}}],\"uid\":\"{item.Metadata.UID}\"}}}}");
}
