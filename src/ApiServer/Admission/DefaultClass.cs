using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission;

/// <summary>The class of a kind that objects get which name none.</summary>
internal static class DefaultClass
{
    /// <summary>That which says by an annotation that it is; of several the newest, of those the first by name.</summary>
    public static string? Find(Kind classes, params ReadOnlySpan<string> annotations)
    {
        ObjectMeta? found = null;
        for (var walk = classes.Objects.Current.Objects.All(); walk.MoveNext();)
        {
            var metadata = walk.Current.Value.Metadata;
            foreach (var annotation in annotations)
            {
                if (metadata.Annotations.Find(annotation) == "true" && (found is null || metadata.CreationTimestamp > found.CreationTimestamp))
                {
                    found = metadata;
                }
            }
        }

        return found?.Name;
    }
}
