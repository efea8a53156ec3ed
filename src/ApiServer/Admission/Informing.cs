using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Admission;

/// <summary>What admission reads to decide: objects of a namespace, found by their place in the watch cache.</summary>
internal static class Informing
{
    /// <summary>Objects of one namespace, in the order of their names. Costs a search of the map where there are none.</summary>
    public static IEnumerable<T> In<T>(this Kind kind, string @namespace) where T : class, Api.IResource
    {
        var objects = kind.Objects.Current.Objects;
        return objects.Count == 0 ? [] : Walk<T>(objects, @namespace);
    }

    private static IEnumerable<T> Walk<T>(ObjectMap objects, string @namespace) where T : class, Api.IResource
    {
        for (var walk = objects.From(@namespace + "/"); walk.MoveNext() && walk.Current.Namespace == @namespace;)
        {
            yield return (T)walk.Current.Value;
        }
    }
}
