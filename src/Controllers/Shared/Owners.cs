using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Controllers;

/// <summary>Who an object belongs to.</summary>
internal static class Owners
{
    /// <summary>Index of objects that no controller owns, by namespace.</summary>
    public const string OrphanIndex = "orphan";

    extension(IResource resource)
    {
        /// <summary>The one owner that is in charge, if any.</summary>
        public OwnerReference? Controller => resource.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller == true);

        public bool IsControlledBy(IResource owner) => resource.Controller?.UID == owner.Metadata.UID;

        public bool IsTerminating => resource.Metadata.DeletionTimestamp is not null;

        /// <summary>The reference by which this object controls another.</summary>
        public OwnerReference AsController() => new()
        {
            APIVersion = resource.GetResourceType().ApiVersion,
            Kind = resource.GetResourceType().Kind,
            Name = resource.Metadata.Name,
            UID = resource.Metadata.UID,
            Controller = true,
            BlockOwnerDeletion = true,
        };
    }

    /// <summary>Key in <see cref="OrphanIndex"/>.</summary>
    public static IEnumerable<string> OrphanKey(IResource resource) => resource.Controller is null ? [resource.Metadata.Namespace] : [];
}
